// switch_x86_64.S -- leaves one stack and goes on with another (System V ABI).
//
// void csp_switch(struct context *from, struct context *to)
//
// struct context begins { void *sp; uint32_t on_cpu; }. Saved on the stack that is
// left: the callee-saved registers and the control words of SSE and x87 (rounding,
// flush-to-zero), which belong to the task. from->on_cpu is cleared only when the stack
// has been left, so that another OS thread that sees 0 may go on with it. The new
// control words are loaded only where they differ, since ldmxcsr and fldcw are slow.
//
// MXCSR also holds the six exception flags (bits 0 to 5), which stick, so that they differ
// between any two tasks of which one computes. They are no reason to load, and belong to
// nobody: after a switch they are the other task's or one's own.
//
// No note of shadow-stack support is made: the linker then leaves shadow stacks off.

        .text
        .globl  csp_switch
        .hidden csp_switch
        .type   csp_switch, @function
        .p2align 5
csp_switch:
        .cfi_startproc
        endbr64
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbp, 0
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbx, 0
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r12, 0
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r13, 0
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r14, 0
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r15, 0
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        movl    (%rsp), %eax
        movzwl  4(%rsp), %edx
        movq    %rsp, (%rdi)
        movq    (%rsi), %rsp
        movl    $0, 8(%rdi)
        xorl    (%rsp), %eax
        testl   $0xffc0, %eax
        jne     2f
1:      cmpw    %dx, 4(%rsp)
        jne     3f
4:      addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        popq    %r15
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r15
        popq    %r14
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r14
        popq    %r13
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r13
        popq    %r12
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r12
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbx
        popq    %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbp
        ret
        .cfi_adjust_cfa_offset 56
        .cfi_rel_offset %rbp, 48
        .cfi_rel_offset %rbx, 40
        .cfi_rel_offset %r12, 32
        .cfi_rel_offset %r13, 24
        .cfi_rel_offset %r14, 16
        .cfi_rel_offset %r15, 8
2:      ldmxcsr (%rsp)
        jmp     1b
3:      fldcw   4(%rsp)
        jmp     4b
        .cfi_endproc
        .size   csp_switch, .-csp_switch

// Where the first csp_switch to a new task returns to: calls %r12 with %r13. The return
// address of this frame is undefined and %rbp is 0, so that unwinders stop here. They look
// a return address up by the byte before it, hence the nop.
        .globl  csp_switch_root
        .hidden csp_switch_root
        .type   csp_switch_root, @function
        .p2align 4
csp_switch_root:
        .cfi_startproc
        .cfi_undefined %rip
        nop
.Lbegin:
        movq    %r13, %rdi
        xorl    %ebp, %ebp
        callq   *%r12
        ud2
        .cfi_endproc
        .size   csp_switch_root, .-csp_switch_root

// void *csp_switch_prepare(void *top, void (*entry)(void *), void *arg)
//
// Lays out, below the 16-aligned top, what csp_switch expects of a parked stack, and
// returns the sp to start from. The control words are those of the caller, as a child
// inherits them.
        .globl  csp_switch_prepare
        .hidden csp_switch_prepare
        .type   csp_switch_prepare, @function
        .p2align 4
csp_switch_prepare:
        .cfi_startproc
        endbr64
        leaq    .Lbegin(%rip), %rcx
        leaq    -80(%rdi), %rax
        stmxcsr (%rax)
        fnstcw  4(%rax)
        movq    $0, 8(%rax)
        movq    $0, 16(%rax)
        movq    %rdx, 24(%rax)
        movq    %rsi, 32(%rax)
        movq    $0, 40(%rax)
        movq    $0, 48(%rax)
        movq    %rcx, 56(%rax)
        movq    $0, 64(%rax)
        ret
        .cfi_endproc
        .size   csp_switch_prepare, .-csp_switch_prepare

// void csp_cpu_relax(void): this is a spin loop.
        .globl  csp_cpu_relax
        .hidden csp_cpu_relax
        .type   csp_cpu_relax, @function
        .p2align 4
csp_cpu_relax:
        .cfi_startproc
        endbr64
        pause
        ret
        .cfi_endproc
        .size   csp_cpu_relax, .-csp_cpu_relax

        .section .note.GNU-stack, "", @progbits
