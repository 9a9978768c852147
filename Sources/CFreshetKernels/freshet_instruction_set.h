#ifndef FRESHET_INSTRUCTION_SET_H
#define FRESHET_INSTRUCTION_SET_H

// The instruction sets that the kernels are written for, each containing those before it.
enum freshet_instruction_set { FRESHET_LEVEL_PLAIN, FRESHET_LEVEL_AVX2, FRESHET_LEVEL_AVX512, FRESHET_LEVEL_AVX512_VNNI };

// The one in use: the best that the processor has, or a lower one where FRESHET_INSTRUCTION_SET (plain, avx2, avx512)
// asks for it. Chosen once, when the program starts.
extern enum freshet_instruction_set freshet_instruction_set;

#endif
