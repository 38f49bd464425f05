using System.Runtime.CompilerServices;

// Kernels fill what they take from the stack; zeroing it first would cost some as much as their work.
[module: SkipLocalsInit]
