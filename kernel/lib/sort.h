/*
 * Heap sort in place: no memory, no recursion, O(n log n) always; not stable.
 * And binary search in a sorted array.
 */
#pragma once

#include "lib/compiler.h"

typedef int (*sort_cmp_fn)(const void *a, const void *b);

void sort(void *base, size_t n, size_t size, sort_cmp_fn cmp);

/* The element that cmp(key, element) calls equal, or NULL. */
void *bsearch_array(const void *key, const void *base, size_t n, size_t size,
                    sort_cmp_fn cmp);
