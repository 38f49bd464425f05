using System.Globalization;

namespace Lanewise.Engine;

/// <summary>
/// Refuses networks, images and batches that need more memory than there is, from their shapes alone, before anything is computed or
/// allocated. All sizes are lower bounds. Activations and weights of more than 2³¹ values are refused when a network is defined.
/// </summary>
internal static class MemoryCheck
{
    // A block's activations are one array of floats, which kernels address by 32-bit offsets; so are the outputs of a batch.
    private const long MaxFloats = int.MaxValue - 64;

    /// <summary>Checks the results of a batch, before the network is compiled.</summary>
    /// <exception cref="InvalidOptionException">The results of a batch exceed the memory.</exception>
    public static void OfResults(Network network, PlanOptions options)
    {
        double values = (double)options.BatchSize * (options.InputGradient
            ? Math.Max(network.Input.Count, network.OutputCount)
            : network.OutputCount);
        // Index, label, prediction and loss of each image.
        double bytes = values * sizeof(float) + (double)options.BatchSize * (3 * sizeof(int) + sizeof(double));
        if (values > MaxFloats || bytes > Available)
        {
            throw TooLarge(network, options, bytes, Limit());
        }
    }

    /// <summary>Checks the activations of a block before they are placed.</summary>
    /// <exception cref="ShapeException">They exceed what an array can hold.</exception>
    public static void OfBlock(Network network, int images, double floats)
    {
        if (floats > MaxFloats)
        {
            throw new ShapeException(
                $"{network.Name}: the activations of {Images(images)} of {network.Input} need {Size(floats * sizeof(float))}; {Limit()}. "
                + "Use smaller images.",
                network.Name);
        }
    }

    /// <summary>Checks the memory of a program before its kernel calls are prepared.</summary>
    /// <exception cref="ShapeException">A single block exceeds the memory.</exception>
    /// <exception cref="InvalidOptionException">The batch exceeds the memory.</exception>
    public static void OfProgram(Network network, BlockProgram program)
    {
        var options = program.Options;
        double block = ((double)program.ActivationFloats + (double)network.Input.Count * program.BlockImages) * sizeof(float);
        double weights = (double)program.Parameters.Floats * sizeof(float);
        int blocks = program.BlocksOf(options.BatchSize);
        // A thread takes the blocks of a piece together.
        int together = options.HasBackward ? program.Slots.PieceBlocks(program.Kernels.LaneWidth) : 1;
        double copies = program.IsLayerByLayer ? blocks : Math.Min(blocks, (double)options.Threads * together);
        double sets = !options.HasBackward ? 0 : program.IsLayerByLayer ? 1 : program.Slots.Count;
        sets += options.BatchesPerStep > 1 ? Math.Log2(options.BatchesPerStep) + 1 : 0;
        double gradients = (double)program.Parameters.GradientFloats * sizeof(float) * sets;
        if (block + weights > Available)
        {
            throw new ShapeException(
                $"{network.Name}: the weights and the activations of {Images(program.BlockImages)} of {network.Input} need "
                + $"{Size(block + weights)}; {Size(Available)} of memory are available. Use smaller images.",
                network.Name);
        }

        double total = copies * block + weights + gradients;
        if (total > Available)
        {
            throw TooLarge(network, options, total, $"{Size(Available)} of memory are available");
        }
    }

    /// <summary>Allocates memory, and reports a lack of it as an error that the caller can correct.</summary>
    /// <exception cref="InvalidOptionException">There is not enough memory.</exception>
    public static T Allocate<T>(Network network, int batchSize, Func<T> create)
    {
        try
        {
            return create();
        }
        catch (Exception e) when (e is OverflowException or OutOfMemoryException)
        {
            throw new InvalidOptionException(
                $"{network.Name}: not enough memory for batch size {batchSize}; use a smaller batch or fewer threads.",
                nameof(PlanOptions.BatchSize),
                batchSize,
                e);
        }
    }

    private static double Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private static InvalidOptionException TooLarge(Network network, PlanOptions options, double bytes, string limit) => new(
        $"{network.Name}: batch size {options.BatchSize} on {options.Threads} threads needs {Size(bytes)} or more; {limit}; "
        + "use a smaller batch, fewer threads or smaller images.",
        nameof(options.BatchSize),
        options.BatchSize);

    private static string Limit() => Available < MaxFloats * (double)sizeof(float)
        ? $"{Size(Available)} of memory are available"
        : $"at most {Size(MaxFloats * (double)sizeof(float))} are supported";

    private static string Images(int count) => count == 1 ? "one image" : $"a block of {count} images";

    private static string Size(double bytes) => bytes < 1 << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 20):N0} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 30):N1} GiB");
}
