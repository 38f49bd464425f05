using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests the tutorial networks against PyTorch, at every lane width.</summary>
public sealed class GoldenTests
{
    private const double Tolerance = 1e-4;
    private const double TrainingTolerance = 1e-3;

    public static TheoryData<string, int> ModelsAndWidths
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (int width in KernelSet.Widths)
            {
                data.Add("inception", width);
                data.Add("residual", width);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ModelsAndWidths))]
    public void Logits_loss_and_gradients_match_PyTorch(string model, int width)
    {
        var golden = Golden.Read(model);
        var plan = Compile(model, golden, width, batch: golden["labels"].Values.Length);
        var source = new TensorSource(golden["input"].Values, golden["labels"].Values);
        int[] indices = [.. Enumerable.Range(0, golden["labels"].Values.Length)];

        plan.Evaluate(source, indices);
        Compare.Close("logits", golden["logits"].Values, plan.Output, Tolerance);
        AssertLoss(golden["loss"].Values[0], plan, Tolerance);

        plan.ComputeGradients(source, indices);
        AssertLoss(golden["loss"].Values[0], plan, Tolerance);
        Compare.Close("gradient of the input", golden["input_gradient"].Values, plan.InputGradients, Tolerance);
        var gradients = plan.Gradients();
        Assert.All(golden.Below("gradients"), g => Compare.Close($"gradient of {g.Name}", g.Values, gradients[g.Name].Values, Tolerance));
    }

    [Theory]
    [MemberData(nameof(ModelsAndWidths))]
    public void Ten_training_steps_match_PyTorch(string model, int width)
    {
        const int Batch = 64;
        var golden = Golden.Read(model);
        var plan = Compile(model, golden, width, Batch);
        var source = new TensorSource(
            Array.ConvertAll(golden["train_images"].Values, v => (v / 255f - 0.1307f) / 0.3081f), golden["train_labels"].Values);
        var update = new OptimizerWork(plan.AllocateLikeWeights()) { Step = new SgdStep(0.01f, 0.5f, 0, Nesterov: false) };
        for (int step = 0; step < 10; step++)
        {
            plan.ComputeGradients(source, [.. Enumerable.Range(step * Batch, Batch)]);
            AssertLoss(golden["train_losses"].Values[step], plan, TrainingTolerance);
            plan.Apply(update);
        }

        var trained = plan.GetWeights();
        Assert.All(golden.Below("trained"), t => Compare.Close($"trained {t.Name}", t.Values, trained[t.Name].Values, TrainingTolerance));
    }

    [Theory]
    [InlineData("inception")]
    [InlineData("residual")]
    public void The_reference_engine_agrees_with_PyTorch(string model)
    {
        var golden = Golden.Read(model);
        var network = ModelCatalog.Find(model).ForClasses(10);
        var engine = new ReferenceEngine(network, Weights.Match(network, golden.Below("weights"), model));
        int[] labels = Array.ConvertAll(golden["labels"].Values, v => (int)v);
        float[] logits = Array.ConvertAll(engine.Forward(Array.ConvertAll(golden["input"].Values, v => (double)v)), v => (float)v);

        Compare.Close("logits", golden["logits"].Values, logits, Tolerance);
        Assert.Equal(golden["loss"].Values[0], engine.Loss(labels), Tolerance);
        var gradients = engine.BackwardLoss(labels);
        Compare.Close("gradient of the input", gradients.Input, golden["input_gradient"].Values, Tolerance);
        Assert.All(
            golden.Below("gradients"), g => Compare.Close($"gradient of {g.Name}", gradients.Parameters[g.Name], g.Values, Tolerance));
    }

    private static Plan Compile(string model, Golden golden, int width, int batch)
    {
        var network = ModelCatalog.Find(model).ForClasses(10);
        var plan = Plan.Compile(
            network, new PlanOptions { BatchSize = batch, LaneWidth = width, Threads = 2, Training = true, InputGradient = true });
        plan.SetWeights(Weights.Match(network, golden.Below("weights"), model));
        return plan;
    }

    private static void AssertLoss(float expected, Plan plan, double tolerance)
    {
        double loss = plan.Losses.ToArray().Average();
        Assert.True(Math.Abs(loss - expected) <= tolerance * expected, $"loss {loss}, PyTorch {expected}");
    }
}
