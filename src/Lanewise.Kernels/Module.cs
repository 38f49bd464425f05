using System.Runtime.CompilerServices;

// Kernels initialize the stack memory that they use; zeroing it first would cost some of them as much as their work.
[module: SkipLocalsInit]
