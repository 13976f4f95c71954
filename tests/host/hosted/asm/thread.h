#pragma once

struct arch_thread {
    int none;
};
