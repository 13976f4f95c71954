#!/usr/bin/env python3
"""Pack the function names of a kernel for its panic reports.

usage: nm -n kernel.elf | symbols.py > symbols.S

kernel/arch/common/symbols.h describes the format.
"""
import sys
from collections import Counter

TOKENS = 128


def read_functions(lines):
    image, end, found = None, None, {}
    for line in lines:
        fields = line.split()
        if len(fields) != 3:
            continue
        address, kind, name = int(fields[0], 16), fields[1], fields[2]
        if name == "__image":
            image = address
        elif name == "__text_end":
            end = address
        elif kind in "tTwW" and not name.startswith((".L", "$")):
            # Of several names for one address the first one read stays.
            found.setdefault(address, name.split(".constprop")[0].split(".isra")[0])
    return image, sorted((a, n) for a, n in found.items() if image <= a < end)


def choose_tokens(names):
    """Greedy pair joining, as byte-pair encoding does."""
    words = [[bytes([c]) for c in n.encode() if c < TOKENS] for n in names]
    tokens = []
    while len(tokens) < TOKENS:
        pairs = Counter()
        for w in words:
            pairs.update(zip(w, w[1:]))
        if not pairs:
            break
        # The tie break keeps builds reproducible.
        pair, count = max(pairs.items(), key=lambda p: (p[1], p[0]))
        if count < 4:
            break
        joined = pair[0] + pair[1]
        tokens.append(joined)
        for w in words:
            i = 0
            while i + 1 < len(w):
                if (w[i], w[i + 1]) == pair:
                    w[i:i + 2] = [joined]
                i += 1
    number = {t: TOKENS + i for i, t in enumerate(tokens)}
    codes = [bytes(p[0] if len(p) == 1 else number[p] for p in w) for w in words]
    return tokens, codes


def uleb(value):
    out = bytearray()
    while True:
        byte, value = value & 127, value >> 7
        out.append(byte | (128 if value else 0))
        if not value:
            return bytes(out)


def main():
    image, functions = read_functions(sys.stdin)
    tokens, codes = choose_tokens([n for _, n in functions])
    offsets, text = [], b""
    for i in range(TOKENS + 1):
        offsets.append(len(text))
        if i < len(tokens):
            text += tokens[i]
    out = bytearray(b"SYM1") + len(functions).to_bytes(4, "little")
    for o in offsets:
        out += o.to_bytes(2, "little")
    out += text
    last = image
    for (address, _), code in zip(functions, codes):
        out += uleb(address - last) + bytes([min(len(code), 255)]) + code[:255]
        last = address
    print('    .section .symbols, "a"')
    print("    .balign 8")
    for i in range(0, len(out), 32):
        print("    .byte " + ", ".join(map(str, out[i:i + 32])))
    print('    .section .note.GNU-stack, "", %progbits')


if __name__ == "__main__":
    main()
