/* The loop of the KVM probe on AArch64: EL1, MMU off, one page of memory. */
#include "launcher.h"

#include <linux/kvm.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define ENTRY 0x10000ul

static int set_register(int vcpu, uint64_t offset, uint64_t value)
{
    struct kvm_one_reg reg = {.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 |
                                    KVM_REG_ARM_CORE |
                                    offset / sizeof(uint32_t),
                              .addr = (uintptr_t)&value};
    return ioctl(vcpu, KVM_SET_ONE_REG, &reg);
}

int probe_run_loop(int kvm, unsigned rounds)
{
    /* 1: subs x0, x0, #1; b.ne 1b; str x0, [x1] (no memory: an exit) */
    static const uint32_t code[] = {0xf1000400, 0x54ffffe1, 0xf9000020};
    static int vcpu = -1;
    static struct kvm_run *run;
    if (vcpu < 0) {
        void *page = mmap(NULL, 0x10000, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        int vm = ioctl(kvm, KVM_CREATE_VM, 0);
        struct kvm_userspace_memory_region memory = {.guest_phys_addr = ENTRY,
                                                     .memory_size = 0x10000,
                                                     .userspace_addr =
                                                         (uintptr_t)page};
        struct kvm_vcpu_init init;
        if (vm < 0 || page == MAP_FAILED ||
            ioctl(vm, KVM_SET_USER_MEMORY_REGION, &memory) < 0 ||
            (vcpu = ioctl(vm, KVM_CREATE_VCPU, 0)) < 0 ||
            ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init) < 0 ||
            ioctl(vcpu, KVM_ARM_VCPU_INIT, &init) < 0)
            return -1;
        memcpy(page, code, sizeof code);
        __builtin___clear_cache(page, (char *)page + sizeof code);
        int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
        run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu,
                   0);
        if (run == MAP_FAILED)
            return -1;
    }
    if (set_register(vcpu, offsetof(struct kvm_regs, regs.pc), ENTRY) < 0 ||
        set_register(vcpu, offsetof(struct kvm_regs, regs.regs[0]), rounds) <
            0 ||
        set_register(vcpu, offsetof(struct kvm_regs, regs.regs[1]), 0) < 0 ||
        ioctl(vcpu, KVM_RUN, 0) < 0)
        return -1;
    return run->exit_reason == KVM_EXIT_MMIO ? 0 : -1;
}
