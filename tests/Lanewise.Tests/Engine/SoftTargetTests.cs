using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Label smoothing, class weights and mixed targets against PyTorch's cross_entropy.</summary>
public sealed class SoftTargetTests
{
    private const int Classes = 5;
    private const double Smoothing = 0.1;

    public static TheoryData<string> Cases =>
    [
        "labels", "smoothing", "weights", "weights_smoothing", "mixed", "mixed_smoothing", "mixed_weights", "mixed_weights_smoothing",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Losses_and_gradients_are_PyTorchs(string name)
    {
        var golden = Golden.Read("losses");
        var source = new Source(golden) { IsMixed = name.StartsWith("mixed", StringComparison.Ordinal) };
        foreach (int width in KernelSet.Widths)
        {
            var plan = Compile(name, source.Count, width, threads: 2);
            plan.ComputeGradients(source, source.Indices);
            Assert.Equal(golden[$"loss.{name}"].Values[0], plan.Losses.ToArray().Average(), 1e-6);
            Compare.Close("gradient", golden[$"gradient.{name}"].Values, plan.InputGradients, 1e-6);
            Assert.All(source.Indices, i => Assert.Equal(source.Label(i), plan.LabelOf(i)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_reference_is_PyTorchs(string name)
    {
        var golden = Golden.Read("losses");
        var source = new Source(golden);
        var network = OneLayer();
        var engine = new ReferenceEngine(network, Identity(network));
        engine.ForwardTraining(Array.ConvertAll(golden["logits"].Values, v => (double)v));
        var weights = name.Contains("weights", StringComparison.Ordinal) ? golden["weights"].Values : null;
        double smoothing = name.EndsWith("smoothing", StringComparison.Ordinal) ? Smoothing : 0;
        double[][] targets = name.StartsWith("mixed", StringComparison.Ordinal)
            ? ReferenceTargets.OfMixed(Classes, [.. source.Indices.Select(source.Target)], smoothing, weights)
            : ReferenceTargets.Of(Classes, [.. source.Indices.Select(source.Label)], smoothing, weights);
        Assert.Equal(golden[$"loss.{name}"].Values[0], engine.Loss(targets), 1e-6);
        Compare.Close("gradient", engine.BackwardLoss(targets).Input, golden[$"gradient.{name}"].Values, 1e-6);
    }

    [Fact]
    public void An_evaluation_takes_the_labels_alone()
    {
        var golden = Golden.Read("losses");
        var source = new Source(golden) { IsMixed = true };
        using var plain = Compile("labels", source.Count, 0, threads: 1);
        using var soft = Compile("mixed_weights_smoothing", source.Count, 0, threads: 1);
        plain.Evaluate(source, source.Indices);
        soft.Evaluate(source, source.Indices);
        Assert.Equal(golden["loss.labels"].Values[0], soft.Losses.ToArray().Average(), 1e-6);
        Assert.Equal(plain.Losses, soft.Losses);
    }

    [Fact]
    public void Auxiliary_outputs_have_the_same_targets()
    {
        var run = ReferenceRun.Of(OpCases.Find("auxiliary output"));
        var batch = run.At(7);
        float[] weights = [.. Enumerable.Range(0, batch.Classes).Select(k => 1 + k / 4f)];
        var engine = new ReferenceEngine(run.Network, run.Weights);
        engine.ForwardTraining(batch.Values);
        double[][] targets = ReferenceTargets.Of(batch.Classes, batch.Labels, Smoothing, weights);
        using var plan = Plan.Compile(run.Network, new() { Training = true, LabelSmoothing = Smoothing, ClassWeights = weights });
        plan.SetWeights(run.Weights);
        plan.ComputeGradients(batch, batch.Indices);
        Assert.Equal(engine.Loss(targets), plan.Losses.ToArray().Average(), 1e-5);
        var gradients = plan.Gradients();
        Assert.All(
            engine.BackwardLoss(targets).Parameters, p => Compare.Close(p.Key, p.Value, gradients[p.Key].Values, 1e-4, minMagnitude: 0.1));
    }

    [Fact]
    public void The_second_class_of_a_mixed_image_must_exist()
    {
        var source = new Source(Golden.Read("losses")) { IsMixed = true, Beyond = Classes };
        using var plan = Compile("mixed", source.Count, 0, threads: 1);
        var e = Assert.Throws<DatasetException>(() => plan.ComputeGradients(source, source.Indices));
        Assert.Equal(DatasetError.LabelOutOfRange, e.Error);
    }

    private static Plan Compile(string name, int batch, int width, int threads)
    {
        var network = OneLayer();
        var plan = Plan.Compile(network, new PlanOptions
        {
            BatchSize = batch,
            LaneWidth = width,
            Threads = threads,
            Training = true,
            InputGradient = true,
            LabelSmoothing = name.EndsWith("smoothing", StringComparison.Ordinal) ? Smoothing : 0,
            ClassWeights = name.Contains("weights", StringComparison.Ordinal) ? Golden.Read("losses")["weights"].Values : null,
        });
        plan.SetWeights(Identity(network));
        return plan;
    }

    private static Network OneLayer() => Network.Define("one layer", new Shape(Classes, 1, 1), x => x.Flatten().Linear("fc", Classes));

    private static Weights Identity(Network network) => new(network.Parameters.Select(p => new Tensor(
        p.Name, p.Dimensions, [.. Enumerable.Range(0, p.Count).Select(i => p.Count > Classes && i % (Classes + 1) == 0 ? 1f : 0f)])));

    private sealed class Source(Golden golden) : ISoftTargetSource
    {
        public bool IsMixed { get; init; }

        /// <summary>Added to every second class.</summary>
        public int Beyond { get; init; }

        public int Count => golden["labels"].Values.Length;

        public int[] Indices => [.. Enumerable.Range(0, Count)];

        public void Read(int index, Span<float> image) => golden["logits"].Values.AsSpan(index * Classes, Classes).CopyTo(image);

        public int Label(int index) => (int)golden["labels"].Values[index];

        public SoftTarget Target(int index) =>
            new(Label(index), (int)golden["others"].Values[index] + Beyond, golden["shares"].Values[index]);
    }
}
