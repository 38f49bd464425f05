using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>How an image file is decoded.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DecodeOptions
{
    /// <summary>Creates the options.</summary>
    /// <param name="minSide">
    /// A large image may be decoded at a smaller scale whose shorter side has at least this many pixels; null for the full size.
    /// </param>
    /// <param name="isGrey">Whether to decode to one channel (luma); otherwise to three (red, green, blue).</param>
    public DecodeOptions(int? minSide = null, bool isGrey = false) => (MinSide, IsGrey) = (minSide, isGrey);

    /// <summary>
    /// A large image may be decoded at a smaller scale whose shorter side has at least this many pixels; null for the full size.
    /// </summary>
    public int? MinSide { get; init; }

    /// <summary>Whether to decode to one channel (luma); otherwise to three (red, green, blue).</summary>
    public bool IsGrey { get; init; }
}
