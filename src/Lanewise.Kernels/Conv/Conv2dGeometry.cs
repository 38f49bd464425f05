using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>The sizes of a convolution, as torch.nn.Conv2d names them; rows and columns have an axis each.</summary>
/// <param name="InChannels">C, input channels.</param>
/// <param name="OutChannels">K, output channels.</param>
/// <param name="Rows">The vertical axis: kernel rows, stride, padding.</param>
/// <param name="Columns">The horizontal axis.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Conv2dGeometry(int InChannels, int OutChannels, ConvAxis Rows, ConvAxis Columns)
{
    /// <summary>R·S, the number of kernel positions.</summary>
    public int Positions => Rows.Kernel * Columns.Kernel;

    /// <summary>Gets a linear layer as a 1×1 convolution of one pixel.</summary>
    public static Conv2dGeometry Linear(int inFeatures, int outFeatures) =>
        new(inFeatures, outFeatures, new ConvAxis(1, 1, 0, 0), new ConvAxis(1, 1, 0, 0));
}

/// <summary>
/// One axis of a convolution or a pooling: output i reads the inputs i·Stride + r·Dilation − Padding for r = 0 … Kernel − 1.
/// </summary>
/// <param name="Kernel">Kernel size.</param>
/// <param name="Stride">Step between outputs, in inputs.</param>
/// <param name="Padding">Zeros before the first input.</param>
/// <param name="PaddingAfter">Zeros after the last input.</param>
/// <param name="Dilation">Step between the inputs of one output.</param>
/// <param name="Ceil">PyTorch's ceil_mode: whether remaining inputs at the end get an output of their own.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ConvAxis(int Kernel, int Stride, int Padding, int PaddingAfter, int Dilation = 1, bool Ceil = false)
{
    /// <summary>The minimum number of inputs for which there is an output.</summary>
    public long Span => (Kernel - 1L) * Dilation + 1 - Padding - PaddingAfter;

    /// <summary>Computes the number of outputs for <paramref name="input"/> inputs; 0 when the kernel does not fit.</summary>
    public int Outputs(int input)
    {
        long room = input - Span + (Ceil ? Stride - 1 : 0);
        if (room < 0)
        {
            return 0;
        }

        long outputs = room / Stride + 1;
        bool lastIsPadding = Ceil && (outputs - 1) * Stride >= (long)input + Padding;
        return checked((int)(lastIsPadding ? outputs - 1 : outputs));
    }

    /// <summary>
    /// Gets the window of an output: First is its first existing input, End − 1 its last one, or End is at most First where none exists.
    /// </summary>
    public (int First, int End) Window(int output, int input)
    {
        long start = (long)output * Stride - Padding, last = start + (Kernel - 1L) * Dilation;
        long first = start >= 0 ? start : start + (Dilation - 1 - start) / Dilation * Dilation;
        long beyond = Math.Max(0, last - (input - 1));
        return ((int)first, (int)(last - (beyond + Dilation - 1) / Dilation * Dilation + 1));
    }

    /// <summary>Finds the first output whose window contains no existing input; −1 if there is none.</summary>
    public int FirstEmptyWindow(int input)
    {
        int outputs = Outputs(input);
        for (int i = 0; i < outputs; i++)
        {
            var (first, end) = Window(i, input);
            if (end <= first)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Computes how far outside 0 … input − 1 the forward pass reads.</summary>
    public int ForwardBorder(int input) =>
        Math.Max(0, Math.Max(Padding, (Outputs(input) - 1) * Stride + (Kernel - 1) * Dilation + 1 - Padding - input));

    /// <summary>Computes how far outside 0 … outputs − 1 the gradient to the input reads the gradient to the output.</summary>
    public int BackwardBorder(int input)
    {
        int before = (Kernel - 1) * Dilation - Padding, after = (input - 1 + Padding) / Stride - (Outputs(input) - 1);
        return Math.Max(0, Math.Max((before + Stride - 1) / Stride, after));
    }

    /// <summary>Lists for each output the inputs it reads (existing ones only), with the kernel position of each.</summary>
    public AxisTap[][] Forward(int input)
    {
        var taps = new AxisTap[Outputs(input)][];
        for (int i = 0; i < taps.Length; i++)
        {
            var list = new List<AxisTap>(Kernel);
            for (int r = 0; r < Kernel; r++)
            {
                int at = i * Stride + r * Dilation - Padding;
                if (at >= 0 && at < input)
                {
                    list.Add(new AxisTap(at, r));
                }
            }

            taps[i] = [.. list];
        }

        return taps;
    }

    /// <summary>Lists for each input the outputs that read it, with the kernel position of each.</summary>
    public AxisTap[][] Backward(int input)
    {
        int outputs = Outputs(input);
        var taps = new AxisTap[input][];
        for (int i = 0; i < input; i++)
        {
            var list = new List<AxisTap>(Kernel);
            for (int r = 0; r < Kernel; r++)
            {
                int at = i + Padding - r * Dilation;
                if (at >= 0 && at % Stride == 0 && at / Stride < outputs)
                {
                    list.Add(new AxisTap(at / Stride, r));
                }
            }

            taps[i] = [.. list];
        }

        return taps;
    }
}

/// <summary>A source coordinate and the kernel position that multiplies it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AxisTap(int Source, int Kernel);
