namespace Lanewise.Onnx;

/// <summary>The matrix of adaptive average pooling along one axis, for output sizes that do not divide the input's.</summary>
internal static class AveragingMatrix
{
    /// <summary>Returns (outputs, inputs): row p averages the inputs ⌊p·inputs / outputs⌋ … ⌈(p + 1)·inputs / outputs⌉ − 1.</summary>
    public static float[] Of(int inputs, int outputs)
    {
        float[] matrix = new float[inputs * outputs];
        for (int p = 0; p < outputs; p++)
        {
            int first = (int)((long)p * inputs / outputs), end = (int)(((p + 1L) * inputs + outputs - 1) / outputs);
            matrix.AsSpan(p * inputs + first, end - first).Fill(1f / (end - first));
        }

        return matrix;
    }

    /// <summary>Returns the same matrix as (inputs, outputs).</summary>
    public static float[] Transposed(int inputs, int outputs)
    {
        float[] matrix = Of(inputs, outputs), result = new float[matrix.Length];
        for (int i = 0; i < matrix.Length; i++)
        {
            result[i % inputs * outputs + i / inputs] = matrix[i];
        }

        return result;
    }
}
