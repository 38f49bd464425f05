using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests that read counters of the process and therefore must not run in parallel with others.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class RunAlone;

[Collection("alone")]
public sealed class AllocationTests
{
    private const int Batch = 40;
    private const int Steps = 50;

    [Theory]
    [InlineData("inception", 1)]
    [InlineData("residual", 1)]
    [InlineData("inception", 2)]
    [InlineData("residual", 2)]
    public void A_training_step_allocates_nothing(string model, int threads)
    {
        var network = ModelCatalog.Find(model).ForClasses(10);
        var (plan, source) = (PlanTests.CompileForTraining(network, Batch, threads), TensorSource.Random(Batch, network.Input.Count, 10));
        var update = new OptimizerWork(plan.AllocateLikeWeights()) { Step = new SgdStep(0.01f, 0.5f, 0, Nesterov: false) };
        int[] indices = [.. Enumerable.Range(0, Batch)];
        for (int step = 0; step < Steps; step++)
        {
            Step();
        }

        long before = Allocated();
        for (int step = 0; step < Steps; step++)
        {
            Step();
        }

        // The runtime occasionally allocates for its own threads, but far less than once per step.
        Assert.InRange(Allocated() - before, 0, threads == 1 ? 0 : Steps * 20);

        void Step()
        {
            plan.ComputeGradients(source, indices);
            plan.Apply(update);
        }

        long Allocated() => threads == 1 ? GC.GetAllocatedBytesForCurrentThread() : GC.GetTotalAllocatedBytes(precise: true);
    }

    [Theory]
    [InlineData("inception", 1, 1)]
    [InlineData("inception", 33, 1)]
    [InlineData("resnet20", 1, 1)]
    [InlineData("residual", 40, 2)]
    [InlineData("resnet20", 16, 2)]
    public void Running_a_session_allocates_nothing(string model, int batch, int threads)
    {
        var network = ModelCatalog.Find(model).ForClasses(10);
        using var compiled = CompiledModel.Compile(
            network, Weights.Initialize(network, 1), new InferenceOptions { BatchSize = batch, Threads = threads });
        using var session = compiled.CreateSession();
        var source = TensorSource.Random(batch, network.Input.Count, 10);
        int[] indices = [.. Enumerable.Range(0, batch)];
        float[] images = new float[batch * network.Input.Count], output = new float[batch * 10];
        for (int i = 0; i < Steps; i++)
        {
            Run();
        }

        long before = Allocated();
        for (int i = 0; i < Steps; i++)
        {
            Run();
        }

        Assert.InRange(Allocated() - before, 0, threads == 1 ? 0 : Steps * 20);

        void Run()
        {
            session.Infer(images, output);
            session.Infer(source, indices, output);
        }

        long Allocated() => threads == 1 ? GC.GetAllocatedBytesForCurrentThread() : GC.GetTotalAllocatedBytes(precise: true);
    }
}
