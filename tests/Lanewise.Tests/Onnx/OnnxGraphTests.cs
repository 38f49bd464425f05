using Google.Protobuf;
using Lanewise.Onnx.Schema;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;
using Runtime = Microsoft.ML.OnnxRuntime;

namespace Lanewise.Tests.Onnx;

/// <summary>Graphs that are easily misread give ONNX Runtime's numbers, or are refused.</summary>
public sealed class OnnxGraphTests
{
    private const double Tolerance = 1e-5;

    [Theory]
    // Broadcasts, and a bias that an Add has.
    [InlineData("y = Add x f:1,4,1,1")]
    [InlineData("y = Add f:4,1,1 x")]
    [InlineData("y = Mul x f:")]
    [InlineData("y = Sub f:1,4,1,1 x")]
    [InlineData("s = Sub x f:4,1,1; y = Div s f:1,4,1,1")]
    [InlineData("n = Neg x; y = Sub n x")]
    [InlineData("m = Mul x f:4,1,1; y = Add m f:4,1,1")]
    [InlineData("m = Mul x f:4,1,1; a = Add m f:; y = Mul a m")]
    [InlineData("y = Sum f:4,1,1 x x f:")]
    [InlineData("r = Relu x; y = Mean x r f:")]
    [InlineData("c = Conv x f:5,4,3,3; y = Add c f:1,5,1,1")]
    [InlineData("c = Conv x f:5,4,3,3 f:5; y = Add f:1,1,1,1 c")]
    [InlineData("c = Conv x f:4,4,1,1; d = Conv x f:4,4,1,1; y = Add c d")]
    [InlineData("c = Conv x f:4,4,1,1; a = Add c f:4,1,1; y = Add a c")]
    [InlineData("c = Conv x f:4,4,1,1; y = Add c c")]
    [InlineData("g = GlobalAveragePool x; s = Sigmoid g; y = Mul s x")]
    [InlineData("c = Conv x f:1,4,1,1; s = Sigmoid c; y = Mul x s")]
    [InlineData("g = GlobalAveragePool x; f = Flatten g; l = Gemm f f:4,4 f:4; r = Reshape l i:2,4,1,1; y = Mul x r")]
    // Views.
    [InlineData("r = Reshape x i:2,4,9; t = Transpose r perm=0,2,1; f = Flatten t; y = Gemm f f:36,3")]
    [InlineData("t = Transpose x perm=0,2,3,1; f = Reshape t i:-1,36; y = MatMul f f:36,3")]
    [InlineData("t = Transpose x perm=0,3,2,1; f = Reshape t i:0,-1; y = Gemm f f:3,36 f:3 transB=1")]
    [InlineData("t = Transpose x perm=0,2,3,1; m = ReduceMean t axes=1,2 keepdims=0; y = Gemm m f:4,3")]
    [InlineData("m = ReduceMean x axes=-1,-2 keepdims=0; y = Gemm m f:4,3 f:1,3 alpha=0.5 beta=2.0")]
    [InlineData("r = Reshape x i:-1,12,3; f = Flatten r; y = Gemm f f:36,2")]
    [InlineData("f = Flatten x; g = Flatten x; y = Concat f g axis=1")]
    [InlineData("f = Flatten x axis=-3; y = Gemm f f:36,2")]
    [InlineData("t = Transpose x perm=0,2,3,1; r = Relu t; u = Transpose r perm=0,3,1,2; y = Conv u f:2,4,2,2")]
    // Cuts and pads.
    [InlineData("y = Slice x i:0,0 i:3,3 i:2,3 i:2,2")]
    [InlineData("y = Slice x i:0 i:99 i:-1 i:2")]
    [InlineData("s = Slice x i:0,0 i:99,99 i:2,3 i:2,2; y = Pad s i:0,3,0,0,0,3,0,0")]
    [InlineData("p = Pad x i:0,0,1,2,0,0,3,0; y = Conv p f:2,4,3,3 pads=0,1,1,0")]
    [InlineData("p = Pad x i:0,0,1,2,0,0,3,0 f:; y = Conv p f:2,4,3,3")]
    [InlineData("p = Pad x i:0,0,1,1,0,0,1,1; y = MaxPool p kernel_shape=2,2")]
    // Functions.
    [InlineData("c = Clip x - f:; y = Clip c f:")]
    [InlineData("y = LogSoftmax x axis=1")]
    [InlineData("y = HardSigmoid x")]
    [InlineData("y = LRN x size=3 alpha=0.5")]
    [InlineData("y = AveragePool x kernel_shape=2,2 pads=1,0,0,1 count_include_pad=1")]
    [InlineData("y = BatchNormalization x f:4 f:4 f:4 f:4 epsilon=0.5")]
    public void A_graph_gives_the_runtimes_numbers(string text) => AssertAgrees(text, Read(text, 4));

    [Theory]
    // A dimension is joined with another axis.
    [InlineData("t = Transpose x perm=0,1,3,2; y = Concat x t axis=1")]
    [InlineData("t = Transpose x perm=0,1,3,2; y = Add x t")]
    [InlineData("g = GlobalMaxPool x; t = Transpose g perm=0,2,1,3; y = Add g t")]
    [InlineData("g = GlobalMaxPool x; t = Transpose g perm=0,2,3,1; y = Mul g t")]
    // Images of the batch are mixed.
    [InlineData("g = GlobalMaxPool x; f = Flatten g; t = Transpose f perm=1,0; y = Gemm t f:2,3")]
    [InlineData("f = Flatten x; t = Transpose f perm=1,0; y = MatMul t f:2,3")]
    [InlineData("y = Flatten x axis=2")]
    [InlineData("y = Reshape x i:8,9")]
    [InlineData("y = Reshape x i:-1,18")]
    [InlineData("m = ReduceMean x axes=0,2,3; y = Add x m")]
    [InlineData("y = Softmax x axis=0")]
    [InlineData("y = Concat x x axis=0")]
    [InlineData("y = Slice x i:0 i:1 i:0")]
    [InlineData("y = Add x f:2,1,1,1")]
    // Only some of the values are taken, or in another order.
    [InlineData("y = Slice x i:1 i:3 i:2 i:2")]
    [InlineData("y = Slice x i:-1 i:-99 i:3 i:-1")]
    [InlineData("y = Slice x i:0 i:2 i:1")]
    [InlineData("y = Gather x i:0 axis=1")]
    [InlineData("r = Reshape x i:2,2,2,3,3; t = Transpose r perm=0,2,1,3,4; y = Reshape t i:2,4,3,3")]
    // Values vary over pixels, or over one of the axes.
    [InlineData("y = Mul x f:3")]
    [InlineData("y = Add x f:1,4,3,1")]
    [InlineData("y = ReduceMean x axes=2,")]
    [InlineData("y = ReduceMean x axes=1,")]
    [InlineData("y = Softmax x axis=-1")]
    [InlineData("y = MatMul f:3,3 x")]
    [InlineData("y = MatMul x f:3,3")]
    [InlineData("y = Pad x i:0,2,0,0,0,1,0,0")]
    [InlineData("y = Pad x i:0,1,0,0,0,1,0,0 f:")]
    [InlineData("t = Transpose x perm=0,2,1,3; y = BatchNormalization t f:3 f:3 f:3 f:3")]
    [InlineData("t = Transpose x perm=0,2,3,1; y = MaxPool t kernel_shape=2,2")]
    public void A_graph_that_cannot_be_described_is_refused(string text)
    {
        // It is a graph that runtimes run.
        Assert.NotEmpty(Run(OnnxText.Parse(text, 13, 2, 4, 3, 3)));
        Assert.Throws<ModelFormatException>(() => Read(text, 4));
    }

    [Theory]
    [InlineData("s = Slice x i:-1 i:-99 i:1 i:-1; y = Conv s f:2,3,1,1", ChannelOrder.Bgr)]
    [InlineData("s = Gather x i:2,1,0 axis=1; y = Conv s f:2,3,1,1", ChannelOrder.Bgr)]
    [InlineData("s = Gather x i:2,1,0 axis=1; m = Mul s f:3,1,1; a = Add m f:3,1,1; y = Conv a f:2,3,1,1", ChannelOrder.Bgr)]
    [InlineData("m = Mul x f:1,3,1,1; a = Add m f:; y = Conv a f:2,3,1,1", ChannelOrder.Rgb)]
    [InlineData("m = Mul x f:1,3,1,1; c = Conv m f:2,3,1,1; d = Conv x f:2,3,1,1; y = Add c d", ChannelOrder.Rgb)]
    public void What_is_done_to_the_image_is_its_preparation(string text, ChannelOrder order)
    {
        var model = Read(text, 3);
        Assert.Equal(order, model.Transform!.ChannelOrder);
        byte[] pixels = OnnxModels.Pixels(model.Network, 2);
        float[] prepared = Prepare(model.Transform, pixels), read = OnnxModels.Run(model.Network, model.Weights, prepared);
        // The file's own input: pixels of 0 to 1, of 0 to 255, or normalized for ImageNet, whichever the reader took it to be.
        float[][] inputs =
        [
            Array.ConvertAll(pixels, value => value / 255f), Array.ConvertAll(pixels, value => (float)value),
            Prepare(ImageTransform.ImageNet.For(model.Network.Input), pixels),
        ];
        var proto = OnnxText.Parse(text, 13, 2, 3, 3, 3);
        Assert.InRange(inputs.Min(input => OnnxModels.Difference(Run(proto, input), read)), 0, Tolerance);
    }

    [Theory]
    [InlineData("s = Gather x i:0,0,0 axis=1; y = Conv s f:2,3,1,1")]
    [InlineData("s = Gather x i:0,2,1 axis=1; y = Conv s f:2,3,1,1")]
    [InlineData("s = Slice x i:0 i:2 i:1; y = Conv s f:2,2,1,1")]
    [InlineData("s = Slice x i:0 i:2 i:1; y = Relu s")]
    [InlineData("s = Slice x i:0 i:1 i:1; y = GlobalAveragePool s")]
    [InlineData("s = Gather x i:2,1,0 axis=1; y = Concat x s axis=1")]
    [InlineData("s = Gather x i:2,1,0 axis=1; y = Add x s")]
    [InlineData("t = Transpose x perm=0,1,3,2; y = Concat x t axis=1")]
    public void Other_orders_of_the_images_channels_are_refused(string text) =>
        Assert.Throws<ModelFormatException>(() => Read(text, 3));

    private static OnnxModel Read(string text, int channels) => OnnxFile.Read(
        OnnxText.Parse(text, 13, 2, channels, 3, 3).ToByteArray(), "graph.onnx", new OnnxReadOptions { KeepsSoftmax = true });

    private static void AssertAgrees(string text, OnnxModel model)
    {
        float[] images = OnnxModels.Images(model.Network, 2);
        float[] expected = Run(OnnxText.Parse(text, 13, 2, 4, 3, 3), images);
        Assert.InRange(OnnxModels.Difference(expected, OnnxModels.Run(model.Network, model.Weights, images)), 0, Tolerance);
    }

    private static float[] Prepare(ImageTransform transform, byte[] pixels)
    {
        float[] images = new float[pixels.Length];
        for (int at = 0; at < pixels.Length; at += transform.Input.Count)
        {
            transform.Normalize(pixels.AsSpan(at, transform.Input.Count), images.AsSpan(at, transform.Input.Count));
        }

        return images;
    }

    private static float[] Run(ModelProto model, float[]? images = null)
    {
        int[] sizes = [.. model.Graph.Input[0].Type.TensorType.Shape.Dim.Select(dim => (int)dim.DimValue)];
        // Its optimizations are not those of the specification: a Pad before MaxPool becomes padding, which is never the maximum.
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using var session = new Runtime.InferenceSession(model.ToByteArray(), options);
        var tensor = new DenseTensor<float>(images ?? new float[sizes.Aggregate(1, (a, b) => a * b)], sizes);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", tensor)]);
        return [.. results[0].AsEnumerable<float>()];
    }
}
