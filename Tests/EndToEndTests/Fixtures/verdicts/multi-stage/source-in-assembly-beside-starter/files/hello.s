	.text
	.globl main
main:
	push %rbp
	mov $1, %edi
	lea text(%rip), %rsi
	mov $14, %edx
	call write@PLT
	xor %eax, %eax
	pop %rbp
	ret
	.section .rodata
text:
	.ascii "Hello, world!\n"
	.section .note.GNU-stack,"",@progbits
