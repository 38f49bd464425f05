namespace Lanewise.Kernels;

/// <summary>
/// Softmax cross-entropy of a block's logits, image by image (lane by lane) in double precision: for a label,
/// loss = log Σ exp(z) − z[label]; for a target t, with class weights w, loss = Σ w·t · log Σ exp(z) − Σ w·t·z.
/// </summary>
internal static unsafe class SoftmaxCrossEntropy<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>
    /// Writes, for each labelled image, its loss and the class with the largest logit and, where there is a gradient,
    /// (softmax(z) − onehot(label)) · scale or (Σ w·t · softmax(z) − w·t) · scale, zero in lanes without a label.
    /// </summary>
    public static void Run(
        Planes logits, Planes? gradient, CrossEntropyTargets targets, float scale, Span<double> losses, Span<int> predictions,
            in BlockMemory memory)
    {
        var z = new Column(memory.Activations.Pointer, logits);
        var dz = gradient is { } planes ? new Column(memory.Activations.Pointer, planes) : default;
        bool areLabels = targets.AreLabels;
        for (int lane = 0; lane < L.Width; lane++)
        {
            if (lane < targets.Labels.Length)
            {
                losses[lane] = areLabels
                    ? OfLabel(z.At(lane), dz.At(lane), logits.Channels, targets.Labels[lane], scale, out predictions[lane])
                    : OfTarget(z.At(lane), dz.At(lane), logits.Channels, targets, lane, scale, out predictions[lane]);
            }
            else if (dz.Exists)
            {
                for (int k = 0; k < logits.Channels; k++)
                {
                    dz.At(lane)[k] = 0;
                }
            }
        }
    }

    private static double OfLabel(Column z, Column dz, int classes, int label, float scale, out int prediction)
    {
        prediction = Largest(z, classes);
        double top = z[prediction], sum = SumOfExponentials(z, classes, top);
        for (int k = 0; k < classes && dz.Exists; k++)
        {
            double p = FixedMath.Exp(z[k] - top) / sum;
            dz[k] = (float)((p - (k == label ? 1 : 0)) * scale);
        }

        return FixedMath.Log(sum) + top - z[label];
    }

    private static double OfTarget(
        Column z, Column dz, int classes, CrossEntropyTargets targets, int lane, float scale, out int prediction)
    {
        prediction = Largest(z, classes);
        double top = z[prediction], sum = SumOfExponentials(z, classes, top), weight = 0, score = 0;
        for (int k = 0; k < classes; k++)
        {
            double target = Target(targets, lane, k, classes);
            weight += target;
            score += target * z[k];
        }

        for (int k = 0; k < classes && dz.Exists; k++)
        {
            double p = FixedMath.Exp(z[k] - top) / sum;
            dz[k] = (float)((weight * p - Target(targets, lane, k, classes)) * scale);
        }

        return weight * (FixedMath.Log(sum) + top) - score;
    }

    /// <summary>Computes the part of a class in a target, times the weight of the class.</summary>
    private static double Target(CrossEntropyTargets targets, int lane, int k, int classes)
    {
        double share = targets.Others.IsEmpty ? 1 : targets.Shares[lane];
        double part = k == targets.Labels[lane] ? share : 0;
        if (!targets.Others.IsEmpty && k == targets.Others[lane])
        {
            part += 1 - share;
        }

        double target = (1 - targets.Smoothing) * part + targets.Smoothing / classes;
        return targets.ClassWeights.IsEmpty ? target : target * targets.ClassWeights[k];
    }

    private static int Largest(Column z, int classes)
    {
        int best = 0;
        for (int k = 1; k < classes; k++)
        {
            if (z[k] > z[best])
            {
                best = k;
            }
        }

        return best;
    }

    private static double SumOfExponentials(Column z, int classes, double top)
    {
        double sum = 0;
        for (int k = 0; k < classes; k++)
        {
            sum += FixedMath.Exp(z[k] - top);
        }

        return sum;
    }

    /// <summary>The values of all classes for one image.</summary>
    private readonly struct Column
    {
        private readonly float* _first;
        private readonly nint _step;

        public Column(float* activations, Planes planes)
            : this(activations + (nint)planes.Offset * L.Width, (nint)planes.PlaneStride * L.Width)
        {
        }

        private Column(float* first, nint step)
        {
            _first = first;
            _step = step;
        }

        public bool Exists => _first != null;

        public ref float this[int k] => ref _first[k * _step];

        public Column At(int lane) => new(Exists ? _first + lane : null, _step);
    }
}
