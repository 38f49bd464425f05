using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>An activation as the micro-kernel sees it: a pointer to its first pixel, and strides in floats.</summary>
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

    /// <summary>The tile's first pixel in channel k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float* At(Tile* tile, int k) => Pointer + k * Plane + tile->Row * Pitch + tile->Column * Pixel;
}

/// <summary>What all tiles of one convolution share while it runs; strides in floats.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ConvFrame
{
    public float* Source;
    public float* Weights;
    public float* Bias;
    public Tap* Taps;
    public Surface Output;

    /// <summary>Added before the mask and ReLU; a null pointer where nothing is.</summary>
    public Surface Add;

    /// <summary>Where it is not positive, zero is written; a null pointer where nothing is masked.</summary>
    public Surface Mask;
    public nint SourceStep;
    public nint OutputStep;
    public nint WeightsPerOutput;
    public nint WeightStride;
    public nint ChunkInput;
    public nint ChunkWeight;
    public nint BiasStride;

    /// <summary>From an input to one of the next band of rows that is asked for meanwhile.</summary>
    public nint PrefetchOffset;
    public int Chunks;
    public bool ReLU;
}

/// <summary>What all tap groups of one weight gradient share while it runs; strides in floats.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GradientFrame
{
    public float* Input;
    public nint InputPitch;
    public nint InputStep;
    public nint GradientPlane;
    public nint GradientPitch;

    /// <summary>The band of output rows under way: its first row.</summary>
    public int FirstRow;

    /// <summary>The row behind its last.</summary>
    public int EndRow;
}

/// <summary>Up to six taps whose weight gradients are summed together, and the output pixels that they cover.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TapGroup
{
    /// <summary>Each tap's input at the first covered pixel, in floats from the input's first pixel.</summary>
    public fixed int Input[6];

    /// <summary>Each tap's weight, in floats from the output group's first.</summary>
    public fixed int Weight[6];

    /// <summary>The first covered pixel, in floats from the gradient's first pixel.</summary>
    public int Gradient;

    /// <summary>Its output row.</summary>
    public int FirstRow;

    public int Taps;

    /// <summary>Covered output rows.</summary>
    public int Rows;

    /// <summary>Floats of a covered output row.</summary>
    public int RowLength;
}
