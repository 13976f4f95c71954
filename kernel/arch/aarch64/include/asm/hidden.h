/*
 * Included before everything: the kernel is one image, so every symbol is
 * reached directly, not through a global offset table. (-fvisibility=hidden
 * says that of definitions only.)
 */
#ifndef __ASSEMBLY__
#pragma GCC visibility push(hidden)
#endif
