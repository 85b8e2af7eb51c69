// switch_aarch64.S -- leaves one stack and goes on with another (AAPCS64).
//
// The contract is that of switch_x86_64.S. Saved are x19-x30, the low halves of v8-v15
// and FPCR; FPCR is written only where it differs. from->on_cpu is cleared with a
// store-release after the stack has been left. x18 belongs to the platform and is not
// touched. bti landing pads are hints on older cores.

        .text
        .globl  csp_switch
        .hidden csp_switch
        .type   csp_switch, %function
        .p2align 5
csp_switch:
        .cfi_startproc
        hint    #34
        sub     sp, sp, #176
        .cfi_def_cfa_offset 176
        stp     x19, x20, [sp, #0]
        stp     x21, x22, [sp, #16]
        stp     x23, x24, [sp, #32]
        stp     x25, x26, [sp, #48]
        stp     x27, x28, [sp, #64]
        stp     x29, x30, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        .cfi_rel_offset x19, 0
        .cfi_rel_offset x20, 8
        .cfi_rel_offset x21, 16
        .cfi_rel_offset x22, 24
        .cfi_rel_offset x23, 32
        .cfi_rel_offset x24, 40
        .cfi_rel_offset x25, 48
        .cfi_rel_offset x26, 56
        .cfi_rel_offset x27, 64
        .cfi_rel_offset x28, 72
        .cfi_rel_offset x29, 80
        .cfi_rel_offset x30, 88
        .cfi_rel_offset d8, 96
        .cfi_rel_offset d9, 104
        .cfi_rel_offset d10, 112
        .cfi_rel_offset d11, 120
        .cfi_rel_offset d12, 128
        .cfi_rel_offset d13, 136
        .cfi_rel_offset d14, 144
        .cfi_rel_offset d15, 152
        mrs     x9, fpcr
        str     x9, [sp, #160]
        mov     x10, sp
        str     x10, [x0]
        ldr     x10, [x1]
        mov     sp, x10
        add     x11, x0, #8
        stlr    wzr, [x11]
        ldr     x12, [sp, #160]
        cmp     x9, x12
        b.eq    1f
        msr     fpcr, x12
1:      ldp     x19, x20, [sp, #0]
        ldp     x21, x22, [sp, #16]
        ldp     x23, x24, [sp, #32]
        ldp     x25, x26, [sp, #48]
        ldp     x27, x28, [sp, #64]
        ldp     x29, x30, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #176
        .cfi_def_cfa_offset 0
        .cfi_restore x19
        .cfi_restore x20
        .cfi_restore x21
        .cfi_restore x22
        .cfi_restore x23
        .cfi_restore x24
        .cfi_restore x25
        .cfi_restore x26
        .cfi_restore x27
        .cfi_restore x28
        .cfi_restore x29
        .cfi_restore x30
        .cfi_restore d8
        .cfi_restore d9
        .cfi_restore d10
        .cfi_restore d11
        .cfi_restore d12
        .cfi_restore d13
        .cfi_restore d14
        .cfi_restore d15
        ret
        .cfi_endproc
        .size   csp_switch, .-csp_switch

        .globl  csp_switch_root
        .hidden csp_switch_root
        .type   csp_switch_root, %function
        .p2align 4
csp_switch_root:
        .cfi_startproc
        .cfi_undefined x30
        nop
.Lbegin:
        hint    #36
        mov     x0, x20
        mov     x29, xzr
        blr     x19
        brk     #0
        .cfi_endproc
        .size   csp_switch_root, .-csp_switch_root

// void *csp_switch_prepare(void *top, void (*entry)(void *), void *arg)
        .globl  csp_switch_prepare
        .hidden csp_switch_prepare
        .type   csp_switch_prepare, %function
        .p2align 4
csp_switch_prepare:
        .cfi_startproc
        hint    #34
        sub     x0, x0, #176
        stp     x1, x2, [x0, #0]
        stp     xzr, xzr, [x0, #16]
        stp     xzr, xzr, [x0, #32]
        stp     xzr, xzr, [x0, #48]
        stp     xzr, xzr, [x0, #64]
        adrp    x9, .Lbegin
        add     x9, x9, :lo12:.Lbegin
        stp     xzr, x9, [x0, #80]
        stp     xzr, xzr, [x0, #96]
        stp     xzr, xzr, [x0, #112]
        stp     xzr, xzr, [x0, #128]
        stp     xzr, xzr, [x0, #144]
        mrs     x9, fpcr
        str     x9, [x0, #160]
        ret
        .cfi_endproc
        .size   csp_switch_prepare, .-csp_switch_prepare

// void csp_cpu_relax(void): this is a spin loop.
        .globl  csp_cpu_relax
        .hidden csp_cpu_relax
        .type   csp_cpu_relax, %function
        .p2align 4
csp_cpu_relax:
        .cfi_startproc
        hint    #34
        yield
        ret
        .cfi_endproc
        .size   csp_cpu_relax, .-csp_cpu_relax

        .section .note.GNU-stack, "", %progbits
