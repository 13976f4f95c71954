#include "lib/refcount.h"

void (*refcount_report)(refcount_t *r, enum refcount_fault what);

void refcount_bad(refcount_t *r, enum refcount_fault what)
{
    atomic_store(&r->refs, REFCOUNT_SATURATED);
    if (refcount_report)
        refcount_report(r, what);
}
