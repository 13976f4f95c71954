#!/bin/sh
# about: the ordinary work of hostname
hostname; hostname -s; hostname test-name; hostname; hostname hako; echo xx > f; hostname -F f; hostname; hostname hako
