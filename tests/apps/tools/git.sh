#!/bin/bash
# about: git with local repositories
# root: tools
# timeout: 300

export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z' HOME=$PWD
git config --global init.defaultBranch main
git init -q repo; cd repo
for i in 1 2 3; do echo $i >> file; mkdir -p dir$i; seq $i 100 > dir$i/f; git add .; git commit -q -m "commit $i"; done
git log --format='%h %s'; git show --stat HEAD | tail -3; git diff HEAD~1 -- file
git checkout -q -b side HEAD~1; echo side > other; git add other; git commit -q -m side; git merge -q -m merge main; git log --oneline --graph | cat
git status --short; echo change >> file; git status --short; git stash -q; git stash pop -q; git diff --stat; git checkout -q file
git tag v1; git describe; git branch | cat; cd ..
git clone -q repo copy; cd copy; git log --oneline | wc -l; ls; git rev-parse HEAD; cd ..
git clone -q --bare repo bare.git; git -C copy push -q ../bare.git HEAD:refs/heads/new; git -C bare.git branch | cat
git -C repo gc -q; git -C repo fsck 2>&1 | grep -v dangling; git -C repo count-objects -v | grep -E '^(count|in-pack|packs)'; git clone -q file://$PWD/repo far; git -C far log -1 --format=%H
git -C repo grep -n 55 | head -3; git -C repo archive HEAD | tar t | head -3; git -C repo rebase -q main 2>&1 | tail -1; git -C repo blame file | cut -c1-9,60-; git -C nowhere status 2>/dev/null; echo $?
