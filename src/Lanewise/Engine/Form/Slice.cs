using System.Runtime.InteropServices;

namespace Lanewise.Engine;

/// <summary>The place of a value that is a part of another one, such as a branch that is written into its concatenation.</summary>
/// <param name="Whole">The value that it is a part of.</param>
/// <param name="First">The first plane of vectors.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Slice(Value Whole, int First);
