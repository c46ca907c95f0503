// JM_VECTORISED before a function: it is compiled for AVX2 as well as for the baseline, and the
// loader picks. Other machines' baselines have their vector unit already.
#pragma once

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_THREAD__)
#define JM_VECTORISED __attribute__((target_clones("arch=haswell", "default")))
#else
#define JM_VECTORISED
#endif
