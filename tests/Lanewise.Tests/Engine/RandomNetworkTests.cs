using CsCheck;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests random networks against the reference engine.</summary>
public sealed class RandomNetworkTests
{
    // Deep random graphs cancel more than the op cases do.
    private const double Tolerance = 1e-3;

    [Fact]
    public void Output_and_gradients_agree_with_the_reference() =>
        Gen.Select(RandomNetworks.Any, Gen.Int[0, KernelSet.Widths.Count - 1], Gen.Int[1, 100], Gen.Int[0, 1 << 20]).Sample(
            (network, widthIndex, size, seed) =>
            {
                int width = KernelSet.Widths[widthIndex], count = 1 + (size % (2 * width + 3));
                var run = new ReferenceRun(network, seed);
                var plan = OpCaseTests.Compile(run, width, threads: 1 + (seed % 2), guard: 1);
                OpCaseTests.Run(plan, run, count);
                OpCaseTests.AssertClose(plan, run, count, Tolerance);
                int[] bits = Compare.Bits(plan);
                OpCaseTests.Run(plan, run, 1);
                OpCaseTests.AssertClose(plan, run, 1, Tolerance);
                OpCaseTests.Run(plan, run, count);
                Assert.Equal(bits, Compare.Bits(plan));
            },
            iter: 400,
            threads: 1,
            print: t => $"{RandomNetworks.Describe(t.Item1)}; width index {t.Item2}, size {t.Item3}, seed {t.Item4}");
}
