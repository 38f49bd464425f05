using System.Numerics;

namespace Lanewise;

/// <summary>Finds NaN and infinity among values, a vector at a time.</summary>
internal static class FiniteValues
{
    /// <summary>Returns the index of the first value that is not finite; −1 if all are.</summary>
    public static int FirstOther(ReadOnlySpan<float> values)
    {
        int i = 0;
        for (; i + Vector<float>.Count <= values.Length; i += Vector<float>.Count)
        {
            // x − x is 0 for a finite x, and NaN for any other.
            var chunk = new Vector<float>(values[i..]);
            if (!Vector.EqualsAll(chunk - chunk, Vector<float>.Zero))
            {
                break;
            }
        }

        for (; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Checks the weights of a file.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="source">The file's name, for the message.</param>
    /// <exception cref="ModelFormatException">A value is NaN or infinite; the message names the first one.</exception>
    public static void Require(IEnumerable<Tensor> tensors, string source)
    {
        foreach (var tensor in tensors)
        {
            if (FirstOther(tensor.Values) is >= 0 and var index)
            {
                string what = float.IsNaN(tensor.Values[index]) ? "NaN" : "infinite";
                throw new ModelFormatException(
                    $"{source}: {Excerpt.Of(tensor.Name)}{Place(tensor, index)} is {what}: the training that wrote the file diverged, or "
                        + "the file is damaged. Use the weights of an earlier epoch, or get the file again.",
                    ModelFormatError.Damaged,
                    source);
            }
        }
    }

    /// <summary>Returns the indices of a value as Python writes them, such as <c>[3, 0, 1, 1]</c>.</summary>
    private static string Place(Tensor tensor, int index)
    {
        int[] place = new int[tensor.Dimensions.Length];
        for (int d = place.Length - 1; d >= 0; d--)
        {
            (index, place[d]) = Math.DivRem(index, tensor.Dimensions[d]);
        }

        return place.Length == 0 ? "" : $"[{string.Join(", ", place)}]";
    }
}
