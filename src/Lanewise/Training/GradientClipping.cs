namespace Lanewise;

/// <summary>What gradient clipping limits.</summary>
public enum ClipMode
{
    /// <summary>The norm of all gradients together, which keeps their direction; torch.nn.utils.clip_grad_norm_.</summary>
    Norm,

    /// <summary>Each value, to −Limit … Limit; torch.nn.utils.clip_grad_value_.</summary>
    Value,
}

/// <summary>Clips the gradients of each step before the update.</summary>
public sealed record GradientClipping
{
    /// <summary>Creates the clipping.</summary>
    /// <param name="limit">The largest norm or value, positive.</param>
    /// <param name="mode">What is limited.</param>
    public GradientClipping(double limit, ClipMode mode = ClipMode.Norm) => (Limit, Mode) = (limit, mode);

    /// <summary>The largest norm or value, positive.</summary>
    public double Limit { get; init; }

    /// <summary>What is limited.</summary>
    public ClipMode Mode { get; init; }

    /// <summary>Validates the options.</summary>
    /// <exception cref="InvalidOptionException">The limit is out of range.</exception>
    internal void Check() =>
        OptionCheck.Require((float)Limit > 0, nameof(Limit), "limit of the gradients", Limit, "a positive number such as 1");
}
