	.text
	.globl main
main:
	push %rbp
	lea text(%rip), %rdi
	call puts@PLT
	xor %eax, %eax
	pop %rbp
	ret
	.section .rodata
text:
	.asciz "Hello, world!"
	.section .note.GNU-stack,"",@progbits
