#include "proc/version.h"

const char *const kernel_release = "6.1.0-hako";
const char *const kernel_version = "#1 SMP PREEMPT Hako";
