// registers_x86_64.S -- what test_csp_switch.c cannot say in C: the registers that a callee
// preserves, and the control words of the floating-point units.

        .text

// uint64_t registers_kept(uint64_t seed, void (*call)(void *), void *arg)
//
// Fills every callee-saved register from seed, makes the call, and returns 0 if they hold
// the same afterwards.
        .globl  registers_kept
        .type   registers_kept, @function
registers_kept:
        .cfi_startproc
        endbr64
        pushq   %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        pushq   %rdi
        .cfi_adjust_cfa_offset 56
        leaq    1(%rdi), %rbp
        leaq    2(%rdi), %rbx
        leaq    3(%rdi), %r12
        leaq    4(%rdi), %r13
        leaq    5(%rdi), %r14
        leaq    6(%rdi), %r15
        movq    %rdx, %rdi
        callq   *%rsi
        popq    %rdi
        leaq    1(%rdi), %rax
        xorq    %rbp, %rax
        leaq    2(%rdi), %rcx
        xorq    %rcx, %rbx
        orq     %rbx, %rax
        leaq    3(%rdi), %rcx
        xorq    %rcx, %r12
        orq     %r12, %rax
        leaq    4(%rdi), %rcx
        xorq    %rcx, %r13
        orq     %r13, %rax
        leaq    5(%rdi), %rcx
        xorq    %rcx, %r14
        orq     %r14, %rax
        leaq    6(%rdi), %rcx
        xorq    %rcx, %r15
        orq     %r15, %rax
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        .cfi_adjust_cfa_offset -56
        ret
        .cfi_endproc
        .size   registers_kept, .-registers_kept

// uint64_t control_words(void): MXCSR without its exception flags, and above it x87's.
        .globl  control_words
        .type   control_words, @function
control_words:
        .cfi_startproc
        endbr64
        stmxcsr -8(%rsp)
        fnstcw  -16(%rsp)
        movl    -8(%rsp), %ecx
        andl    $0xffc0, %ecx
        movzwl  -16(%rsp), %eax
        shlq    $32, %rax
        orq     %rcx, %rax
        ret
        .cfi_endproc
        .size   control_words, .-control_words

// void control_words_set(uint64_t words)
        .globl  control_words_set
        .type   control_words_set, @function
control_words_set:
        .cfi_startproc
        endbr64
        movl    %edi, -8(%rsp)
        ldmxcsr -8(%rsp)
        shrq    $32, %rdi
        movw    %di, -16(%rsp)
        fldcw   -16(%rsp)
        ret
        .cfi_endproc
        .size   control_words_set, .-control_words_set

// const uint64_t control_words_tried[4]: as a process starts; SSE rounds up; SSE flushes
// results and operands to zero; x87 rounds down, to 53 bits.
        .section .rodata
        .globl  control_words_tried
        .type   control_words_tried, @object
        .p2align 3
control_words_tried:
        .quad   0x037f00001f80
        .quad   0x037f00005f80
        .quad   0x037f00009fc0
        .quad   0x067f00001f80
        .size   control_words_tried, .-control_words_tried

        .section .note.GNU-stack, "", @progbits
