namespace Lanewise;

/// <summary>The sets of weights that a run folder can hold.</summary>
public enum RunWeights
{
    /// <summary>Those after the last epoch, <c>model.safetensors</c>.</summary>
    Last,

    /// <summary>Those of the best epoch by the metric that the training monitored, <c>best.safetensors</c>.</summary>
    Best,

    /// <summary>The exponential moving average after the last epoch, <c>ema.safetensors</c>.</summary>
    Ema,
}
