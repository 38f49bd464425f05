using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>The gradient to the weights by Winograd's transforms, summed over two blocks of images.</summary>
public sealed class WinogradGradientTests
{
    public static TheoryData<string, int> Rows =>
        LaneTest.Rows(["3×3", "3×3, no padding", "3×3, padding 2", "5×5", "5×5, padding 3", "many channels"]);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Tiles_add_the_plain_gradient(string name, int width) =>
        Conv2dBackwardWeightsTests.AssertGradient(Case(name), width, ConvAlgorithm.Winograd, 5e-5, @"^F\([24],[35]\) ");

    [Theory]
    [MemberData(nameof(Rows))]
    public void Rows_add_the_plain_gradient(string name, int width) =>
        Conv2dBackwardWeightsTests.AssertGradient(Case(name), width, ConvAlgorithm.WinogradRows, 5e-5, @"^F\([46],[35]\) rows ");

    private static ConvCase Case(string name)
    {
        var (kernel, padding, inputs, outputs, height, width) = name switch
        {
            "3×3" => (3, 1, 3, 5, 7, 9),
            "3×3, no padding" => (3, 0, 4, 9, 6, 11),
            "3×3, padding 2" => (3, 2, 2, 3, 5, 4),
            "5×5" => (5, 2, 3, 6, 9, 7),
            "5×5, padding 3" => (5, 3, 2, 18, 6, 5),
            _ => (3, 1, 37, 35, 10, 13),
        };
        var axis = new ConvAxis(kernel, 1, padding, padding);
        return new(name, new(inputs, outputs, axis, axis), height, width);
    }
}
