using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class WinogradFormTests
{
    private static readonly ConvAxis Three = new(3, 1, 1, 1), Five = new(5, 1, 2, 2);

    [Fact]
    public void It_fits_square_kernels_of_three_or_five_with_stride_1_and_equal_padding()
    {
        Assert.True(Fits(Three, Three));
        Assert.True(Fits(Five, Five));
        Assert.True(Fits(Three with { Padding = 2, PaddingAfter = 2 }, Three with { Padding = 2, PaddingAfter = 2 }));
        Assert.False(Fits(Three, Five));
        Assert.False(Fits(Three, Three with { Stride = 2 }));
        Assert.False(Fits(Three with { Stride = 2 }, Three with { Stride = 2 }));
        Assert.False(Fits(Three with { Dilation = 2 }, Three with { Dilation = 2 }));
        Assert.False(Fits(Three, Three with { Padding = 0, PaddingAfter = 0 }));
        Assert.False(Fits(Three with { PaddingAfter = 0 }, Three with { PaddingAfter = 0 }));
        Assert.False(Fits(Three with { Padding = 3, PaddingAfter = 3 }, Three with { Padding = 3, PaddingAfter = 3 }));
        Assert.False(Fits(Three with { Kernel = 7 }, Three with { Kernel = 7 }));
    }

    [Theory]
    [InlineData(3, "Direct", null)]
    [InlineData(3, "Winograd", "tiles 6")]
    [InlineData(5, "Winograd", "tiles 6")]
    [InlineData(3, "WinogradSmall", "tiles 4")]
    [InlineData(5, "WinogradSmall", "rows 6")]
    [InlineData(3, "WinogradRows", "rows 8")]
    [InlineData(5, "WinogradRows", "rows 8")]
    public void Each_algorithm_has_its_form(int kernel, string algorithm, string? form)
    {
        var axis = kernel == 3 ? Three : Five;
        Assert.Equal(form, Form(Enum.Parse<ConvAlgorithm>(algorithm), new(8, 8, axis, axis), 12, 12));
        Assert.Null(Form(Enum.Parse<ConvAlgorithm>(algorithm), new(8, 8, axis with { Stride = 2 }, axis), 12, 12));
    }

    [Fact]
    public void Auto_uses_Winograd_only_where_it_costs_less_than_the_direct_sum()
    {
        Assert.NotNull(Form(ConvAlgorithm.Auto, new(64, 64, Three, Three), 28, 28));
        Assert.NotNull(Form(ConvAlgorithm.Auto, new(64, 64, Five, Five), 14, 14));
        Assert.Null(Form(ConvAlgorithm.Auto, new(1, 1, Three, Three), 28, 28));
        Assert.Null(Form(ConvAlgorithm.Auto, new(8, 8, Three, Three), 1, 1));
        var (x, y) = (Planes.Lay(64, 28, 28, 1, 0), Planes.Lay(64, 28, 28, 1, 0));
        var cost = new WinogradCost(new(new(64, 64, Three, Three), x, y, default));
        Assert.Equal(64 * 64 * (28 * 3 - 2.0) * (28 * 3 - 1), cost.Direct());
        Assert.InRange(cost.Of(new(false, WinogradForm.SixPoints)), 0.2 * cost.Direct(), 0.95 * cost.Direct());
    }

    [Fact]
    public void Pooling_fits_where_its_windows_lie_whole_in_a_tile()
    {
        var g = new Conv2dGeometry(8, 8, Three, Three);
        var (four, two, rows) = (new WinogradForm(false, WinogradForm.SixPoints), new WinogradForm(
            false, WinogradForm.FourPoints), new WinogradForm(true, WinogradForm.EightPoints));
        Assert.True(four.CanPool(g, new(2, 2, 0, 0)));
        Assert.True(four.CanPool(g, new(4, 4, 0, 0)));
        Assert.False(four.CanPool(g, new(3, 3, 0, 0)));
        Assert.False(four.CanPool(g, new(2, 1, 0, 0)));
        Assert.False(four.CanPool(g, new(2, 2, 1, 1)));
        Assert.False(two.CanPool(g, new(4, 4, 0, 0)));
        Assert.False(rows.CanPool(g, new(2, 2, 0, 0)));
        Assert.True(CanPool(ConvAlgorithm.Winograd, new(2, 2, 0, 0), new(4, 4, 0, 0)));
        Assert.False(CanPool(ConvAlgorithm.Winograd, new(2, 2, 0, 0), new(3, 3, 0, 0)));
        Assert.True(CanPool(ConvAlgorithm.Direct, new(2, 2, 0, 0), new(3, 2, 1, 1)));
        Assert.False(CanPool(ConvAlgorithm.Direct, new(2, 2, 0, 0), new(3, 1, 1, 1)));

        bool CanPool(ConvAlgorithm algorithm, ConvAxis high, ConvAxis wide) =>
            Conv2dPlanner.CanPool(
                new(g, Planes.Lay(8, 9, 9, 1, 0), Planes.Lay(8, 9, 9, 1, 0), default) { Algorithm = algorithm }, high, wide);
    }

    [Theory]
    [InlineData("Direct", null)]
    [InlineData("Winograd", "tiles 6")]
    [InlineData("WinogradSmall", "tiles 6")]
    [InlineData("WinogradRows", "rows 8")]
    public void The_gradient_to_the_weights_has_its_form(string algorithm, string? form)
    {
        var (x, dy) = (Planes.Lay(64, 28, 28, 1, 0), Planes.Lay(64, 28, 28, 1, 0));
        Assert.Equal(form, Name(Conv2dPlanner.ChooseGradient(Enum.Parse<ConvAlgorithm>(algorithm), new(64, 64, Three, Three), x, dy).Chosen.Form));
        Assert.Null(Conv2dPlanner.ChooseGradient(
            Enum.Parse<ConvAlgorithm>(algorithm), new(64, 64, Three with { Stride = 2 }, Three), x, dy).Chosen.Form);
    }

    private static bool Fits(ConvAxis rows, ConvAxis columns) => WinogradForm.Fits(new(1, 1, rows, columns));

    private static string? Form(ConvAlgorithm algorithm, Conv2dGeometry g, int height, int width) =>
        Name(Conv2dPlanner.Choose(new(
            g, Planes.Lay(g.InChannels, height, width, 2, 0), Planes.Lay(g.OutChannels, height, width, 2, 0), default)
        {
            Algorithm = algorithm,
        }).Chosen.Form);

    private static string? Name(WinogradForm? form) => form is { } one ? $"{(one.AlongRows ? "rows" : "tiles")} {one.Side}" : null;
}
