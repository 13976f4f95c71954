/* The loop of the KVM probe on x86-64: real mode, one page of memory. */
#include "launcher.h"

#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

int probe_run_loop(int kvm, unsigned rounds)
{
    /* 1: dec ecx; jnz 1b; hlt */
    static const unsigned char code[] = {0x66, 0x49, 0x75, 0xfc, 0xf4};
    static int vcpu = -1;
    static struct kvm_run *run;
    struct kvm_sregs sregs;
    if (vcpu < 0) {
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        int vm = ioctl(kvm, KVM_CREATE_VM, 0);
        struct kvm_userspace_memory_region memory = {.guest_phys_addr = 0x1000,
                                                     .memory_size = 4096,
                                                     .userspace_addr =
                                                         (uintptr_t)page};
        if (vm < 0 || page == MAP_FAILED ||
            ioctl(vm, KVM_SET_USER_MEMORY_REGION, &memory) < 0 ||
            (vcpu = ioctl(vm, KVM_CREATE_VCPU, 0)) < 0)
            return -1;
        memcpy(page, code, sizeof code);
        int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
        run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu,
                   0);
        if (run == MAP_FAILED || ioctl(vcpu, KVM_GET_SREGS, &sregs) < 0)
            return -1;
        sregs.cs.base = 0;
        sregs.cs.selector = 0;
        if (ioctl(vcpu, KVM_SET_SREGS, &sregs) < 0)
            return -1;
    }
    struct kvm_regs regs = {.rip = 0x1000, .rcx = rounds, .rflags = 2};
    if (ioctl(vcpu, KVM_SET_REGS, &regs) < 0 || ioctl(vcpu, KVM_RUN, 0) < 0)
        return -1;
    return run->exit_reason == KVM_EXIT_HLT ? 0 : -1;
}
