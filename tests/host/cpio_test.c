// about: cpio archives and initramfs images, whole, in pieces, and damaged
#include "test.h"

#include "lib/errno.h"
#include "lib/initramfs.h"
#include "lib/string.h"

/* What the callbacks saw, as text. */
static char seen[8192];
static size_t seen_n;
static int fail_after; /* callbacks until one fails; 0: never */

static int note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int note(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    if (seen_n < sizeof(seen) - 512)
        seen_n += (size_t)(vsnprintf)(seen + seen_n, 512, fmt, args);
    va_end(args);
    return fail_after && --fail_after == 0 ? -ENOSPC : 0;
}

static int on_entry(void *ctx, const struct cpio_entry *e)
{
    (void)ctx;
    return note("%s %o %u:%u n%u i%u s%u%s%s [", e->name, e->mode, e->uid,
                e->gid, e->nlink, e->ino, e->size, e->target ? " -> " : "",
                e->target ? e->target : "");
}

static int on_data(void *ctx, const void *data, size_t n)
{
    (void)ctx;
    return note("%.*s", (int)n, (const char *)data);
}

static int on_end(void *ctx, const struct cpio_entry *e)
{
    (void)ctx;
    (void)e;
    return note("]\n");
}

static int on_trailer(void *ctx)
{
    (void)ctx;
    return note("-\n");
}

static const struct cpio_ops ops = {on_entry, on_data, on_end, on_trailer};

static u8 image[1 << 16];
static size_t image_n;

static void put(const void *p, size_t n)
{
    (memcpy)(image + image_n, p, n);
    image_n += n;
}

static void put_padded(const void *p, size_t n)
{
    put(p, n);
    while (image_n & 3)
        image[image_n++] = 0;
}

static void put_file(const char *name, u32 mode, u32 nlink, u32 ino,
                     const char *body, const char *magic)
{
    char h[112];
    size_t n = strlen(body);
    u32 sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (u8)body[i];
    (snprintf)(h, sizeof(h),
               "%s%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X",
               magic, ino, mode, 1000, 100, nlink, 77, n, 3, 4, 5, 6,
               strlen(name) + 1, sum);
    put(h, 110);
    put_padded(name, strlen(name) + 1);
    put_padded(body, n);
}

static void make_image(void)
{
    image_n = 0;
    put_file("dir", 040755, 2, 1, "", "070701");
    put_file("dir/file", 0100644, 1, 2, "contents", "070701");
    put_file("empty", 0100600, 1, 3, "", "070702");
    put_file("link", 0120777, 1, 4, "dir/file", "070701");
    put_file("a", 0100644, 2, 5, "", "070702");
    put_file("bb", 0100644, 2, 5, "shared!", "070702");
    put_file("TRAILER!!!", 0, 1, 0, "", "070701");
}

static const char expected[] = "dir 40755 1000:100 n2 i1 s0 []\n"
                               "dir/file 100644 1000:100 n1 i2 s8 [contents]\n"
                               "empty 100600 1000:100 n1 i3 s0 []\n"
                               "link 120777 1000:100 n1 i4 s8 -> dir/file []\n"
                               "a 100644 1000:100 n2 i5 s0 []\n"
                               "bb 100644 1000:100 n2 i5 s7 [shared!]\n"
                               "-\n";

TEST(any_pieces)
{
    struct cpio c;

    make_image();
    for (unsigned long round = 0; round < test_scale(2000); round++) {
        size_t at = 0;

        seen_n = 0;
        cpio_init(&c, &ops, NULL);
        while (at < image_n) {
            size_t n = 1 + test_below(round < 5 ? 1 : 300);
            u8 *piece;

            n = min(n, image_n - at);
            piece = malloc(n);
            (memcpy)(piece, image + at, n);
            CHECK_EQ(cpio_feed(&c, piece, n), n);
            free(piece);
            at += n;
        }
        CHECK(cpio_done(&c));
        CHECK_STR(seen, expected);
    }
}

static int unpack(const u8 *p, size_t n, const char **why)
{
    struct initramfs *state = malloc(sizeof(*state));
    u8 *exact = malloc(n + !n);
    int err;

    (memcpy)(exact, p, n);
    seen_n = 0;
    seen[0] = 0;
    err = initramfs_unpack(state, exact, n, &ops, NULL);
    CHECK_EQ(err == -EINVAL, state->error != NULL && err != -ENOSPC);
    *why = state->error;
    free(state);
    free(exact);
    return err;
}

static size_t run_gzip(u8 *out, size_t room)
{
    FILE *f = fopen("/dev/shm/hako-cpio-test", "w");
    size_t n;

    fwrite(image, 1, image_n, f);
    fclose(f);
    f = popen("gzip -9c /dev/shm/hako-cpio-test; rm /dev/shm/hako-cpio-test",
              "r");
    n = fread(out, 1, room, f);
    pclose(f);
    return n;
}

TEST(concatenated_and_compressed)
{
    static u8 all[1 << 17], packed[1 << 16];
    static char twice[2 * sizeof(expected)], thrice[3 * sizeof(expected)];
    const char *why;
    size_t n = 0, size;

    make_image();
    size = run_gzip(packed, sizeof(packed));
    (snprintf)(twice, sizeof(twice), "%s%s", expected, expected);
    (snprintf)(thrice, sizeof(thrice), "%s%s", twice, expected);
    CHECK_EQ(unpack(packed, size, &why), 0);
    CHECK_STR(seen, expected);

    (memcpy)(all, image, image_n);
    n = round_up(image_n, 512);
    (memcpy)(all + n, image, image_n);
    n += image_n;
    CHECK_EQ(unpack(all, n, &why), 0);
    CHECK_STR(seen, twice);
    n = round_up(n, 4);
    (memcpy)(all + n, packed, size);
    n += size;
    CHECK_EQ(unpack(all, n, &why), 0);
    CHECK_STR(seen, thrice);
    (memset)(all + n, 0, 999);
    CHECK_EQ(unpack(all, n + 999, &why), 0);
    CHECK_STR(seen, thrice);
    all[n + 999] = 'j';
    CHECK_EQ(unpack(all, n + 1000, &why), -EINVAL);
    CHECK_STR(why, "neither a cpio archive nor gzip");
    CHECK_EQ(unpack((const u8 *)"\xfd"
                                "7zXZ\0",
                    6, &why),
             -EINVAL);
    CHECK_STR(why, "compressed with xz");
    CHECK_EQ(unpack(all, 0, &why), 0);
}

TEST(broken_archives)
{
    const char *why;

    make_image();
    for (size_t n = 1; n < image_n; n++) {
        CHECK_EQ(unpack(image, n, &why), -EINVAL);
        CHECK_STR(why, "cpio archive ends in the middle");
    }
    image[5] = '7';
    CHECK_EQ(unpack(image, image_n, &why), -EINVAL);
    CHECK_STR(why, "no cpio magic (only newc archives are known)");
    make_image();
    image[8] = 'x';
    CHECK_EQ(unpack(image, image_n, &why), -EINVAL);
    CHECK_STR(why, "cpio header is not hexadecimal");
    make_image();
    (memcpy)(image + 94, "00001001", 8);
    CHECK_EQ(unpack(image, image_n, &why), -EINVAL);
    CHECK_STR(why, "cpio name is too long");
    make_image();
    (memcpy)(image + 94, "00000003", 8);
    CHECK_EQ(unpack(image, image_n, &why), -EINVAL);
    CHECK_STR(why, "cpio name is not terminated");
    make_image();
    image[image_n - 124 - 7] ^= 1; /* within "shared!" */
    CHECK_EQ(unpack(image, image_n, &why), -EINVAL);
    CHECK_STR(why, "cpio checksum is wrong");
}

TEST(callbacks_fail)
{
    const char *why;

    make_image();
    for (int i = 1; i <= 15; i++) {
        fail_after = i;
        CHECK_EQ(unpack(image, image_n, &why), -ENOSPC);
        CHECK_EQ(fail_after, 0);
    }
    fail_after = 0;
    CHECK_EQ(unpack(image, image_n, &why), 0);
}

TEST(garbage)
{
    const char *why;

    for (unsigned long round = 0; round < test_scale(20000); round++) {
        make_image();
        for (u64 k = 1 + test_below(4); k; k--)
            image[test_below(image_n)] = (u8)test_random();
        unpack(image, test_below(image_n + 1), &why);
    }
}
