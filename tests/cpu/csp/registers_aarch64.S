// registers_aarch64.S -- what test_csp_switch.c cannot say in C; see registers_x86_64.S.

        .text

// uint64_t registers_kept(uint64_t seed, void (*call)(void *), void *arg)
        .globl  registers_kept
        .type   registers_kept, %function
        .p2align 4
registers_kept:
        .cfi_startproc
        hint    #34
        sub     sp, sp, #176
        .cfi_def_cfa_offset 176
        stp     x29, x30, [sp, #0]
        .cfi_rel_offset x29, 0
        .cfi_rel_offset x30, 8
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        str     x0, [sp, #160]
        .irp    n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
        add     x\n, x0, #\n
        .endr
        .irp    n, 8, 9, 10, 11, 12, 13, 14, 15
        add     x9, x0, #\n
        fmov    d\n, x9
        .endr
        mov     x9, x1
        mov     x0, x2
        blr     x9
        ldr     x1, [sp, #160]
        mov     x0, #0
        .irp    n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
        add     x9, x1, #\n
        eor     x9, x9, x\n
        orr     x0, x0, x9
        .endr
        .irp    n, 8, 9, 10, 11, 12, 13, 14, 15
        add     x9, x1, #\n
        fmov    x10, d\n
        eor     x9, x9, x10
        orr     x0, x0, x9
        .endr
        ldp     x29, x30, [sp, #0]
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #176
        .cfi_def_cfa_offset 0
        ret
        .cfi_endproc
        .size   registers_kept, .-registers_kept

// uint64_t control_words(void): FPCR.
        .globl  control_words
        .type   control_words, %function
        .p2align 4
control_words:
        .cfi_startproc
        hint    #34
        mrs     x0, fpcr
        ret
        .cfi_endproc
        .size   control_words, .-control_words

// void control_words_set(uint64_t words)
        .globl  control_words_set
        .type   control_words_set, %function
        .p2align 4
control_words_set:
        .cfi_startproc
        hint    #34
        msr     fpcr, x0
        ret
        .cfi_endproc
        .size   control_words_set, .-control_words_set

// const uint64_t control_words_tried[4]: as a process starts; rounding up; flush to zero;
// rounding down, and one NaN for all.
        .section .rodata
        .globl  control_words_tried
        .type   control_words_tried, %object
        .p2align 3
control_words_tried:
        .quad   0
        .quad   1 << 22
        .quad   1 << 24
        .quad   1 << 25 | 2 << 22
        .size   control_words_tried, .-control_words_tried

        .section .note.GNU-stack, "", %progbits
