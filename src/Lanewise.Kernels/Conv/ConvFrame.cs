using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>An activation as a pointer to its first pixel (lane 0) and strides in floats.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Surface
{
    public float* Pointer;
    public nint Plane;
    public nint Pitch;
    public nint Pixel;

    public static Surface Of<L, V>(float* memory, Planes planes)
        where L : unmanaged, ILane<V>
        where V : unmanaged => new()
        {
            Pointer = memory + (nint)planes.Offset * L.Width,
            Plane = (nint)planes.PlaneStride * L.Width,
            Pitch = (nint)planes.Pitch * L.Width,
            Pixel = L.Width,
        };

    /// <summary>Gets the address of a tile's first pixel in channel k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float* At(Tile* tile, int k) => Pointer + k * Plane + tile->Row * Pitch + tile->Column * Pixel;
}

/// <summary>The operands that all tiles of a running convolution share; strides in floats.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ConvFrame
{
    public float* Source;
    public float* Weights;
    public float* Bias;
    public Tap* Taps;
    public Surface Output;

    /// <summary>Added before mask and ReLU; a null pointer for none.</summary>
    public Surface Add;

    /// <summary>Zero is written where it is not positive; a null pointer for none.</summary>
    public Surface Mask;
    public nint SourceStep;
    public nint OutputStep;
    public nint WeightsPerOutput;
    public nint WeightStride;
    public nint ChunkInput;
    public nint ChunkWeight;
    public nint BiasStride;

    /// <summary>The distance from an input to the one in the next band of rows that is prefetched with it.</summary>
    public nint PrefetchOffset;
    public int Chunks;
    public bool ReLU;
}

/// <summary>The operands that all tap groups of a running weight gradient share; strides in floats.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GradientFrame
{
    public float* Input;
    public nint InputPitch;
    public nint InputStep;
    public nint GradientPlane;
    public nint GradientPitch;

    /// <summary>The distance to the sums of the upper half of the lanes, those of the next slot; 0 within one slot.</summary>
    public nint Half;

    /// <summary>The first output row of the current band.</summary>
    public int FirstRow;

    /// <summary>The end (exclusive) of the current band.</summary>
    public int EndRow;
}

/// <summary>Up to six taps whose weight gradients are summed together over the same output pixels.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TapGroup
{
    /// <summary>Each tap's input at the first covered pixel, in floats from the input's first pixel.</summary>
    public fixed int Input[6];

    /// <summary>Each tap's weight, in floats from the output group's first.</summary>
    public fixed int Weight[6];

    /// <summary>The first covered pixel, in floats from the gradient's first pixel.</summary>
    public int Gradient;

    /// <summary>The output row of the first covered pixel.</summary>
    public int FirstRow;

    public int Taps;

    /// <summary>The number of covered output rows.</summary>
    public int Rows;

    /// <summary>The floats of a covered output row.</summary>
    public int RowLength;
}
