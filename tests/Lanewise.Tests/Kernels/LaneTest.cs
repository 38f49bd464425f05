using System.Runtime.Intrinsics;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>A test that is generic over the lane type.</summary>
internal interface ILaneTest
{
    void Run<L, V>()
        where L : unmanaged, ILane<V>
        where V : unmanaged;
}

/// <summary>The lane widths of this processor, as rows of a theory.</summary>
internal static class LaneTest
{
    public static TheoryData<int> Widths => [.. KernelSet.Widths];

    /// <summary>Crosses names with lane widths.</summary>
    public static TheoryData<string, int> Rows(IEnumerable<string> names)
    {
        var rows = new TheoryData<string, int>();
        foreach (string name in names)
        {
            foreach (int width in KernelSet.Widths)
            {
                rows.Add(name, width);
            }
        }

        return rows;
    }

    public static void Run(int width, ILaneTest test)
    {
        switch (width)
        {
            case 16: test.Run<Lane16, Vector512<float>>(); break;
            case 8: test.Run<Lane8, Vector256<float>>(); break;
            case 4: test.Run<Lane4, Vector128<float>>(); break;
            default: test.Run<Lane1, float>(); break;
        }
    }
}
