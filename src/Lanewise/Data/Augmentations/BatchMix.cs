using System.Runtime.InteropServices;
using Lanewise.Kernels;

namespace Lanewise;

/// <summary>How the images of one batch are mixed with their partners.</summary>
/// <param name="Share">The share of an image's own label, 0 to 1; that of its partner's is the rest.</param>
/// <param name="Box">With cutmix: the rectangle that is the partner's; null for mixup.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BatchMix(float Share, Box? Box)
{
    private const ulong Stream = 0x3C6E_F372_FE94_F82B;

    /// <summary>Draws the mix of a batch, a function of seed, epoch and batch; null if it is not mixed.</summary>
    /// <param name="options">The options.</param>
    /// <param name="input">The shape of the images.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="batch">The batch, from 0.</param>
    public static BatchMix? Draw(Mixup options, Shape input, int seed, int epoch, int batch)
    {
        ulong key = new SplitMix64(((ulong)(uint)seed << 32 | (uint)epoch) ^ Stream).Next();
        var random = new SplitMix64(SplitMix64.Mix(key + (uint)batch));
        if (random.NextSingle() >= (float)options.Prob)
        {
            return null;
        }

        bool cuts = random.NextSingle() < (float)options.SwitchProb ? options.CutMixAlpha > 0 : options.MixupAlpha == 0;
        double share = BetaSampler.Next(cuts ? options.CutMixAlpha : options.MixupAlpha, ref random);
        return cuts ? Cut(input, share, ref random) : new((float)share, null);
    }

    /// <summary>Makes an image that of the mix.</summary>
    /// <param name="image">The normalized image, C·H·W floats.</param>
    /// <param name="partner">Its partner.</param>
    /// <param name="input">The shape of both.</param>
    public void Apply(Span<float> image, ReadOnlySpan<float> partner, Shape input)
    {
        if (Box is not { } box)
        {
            float rest = 1 - Share;
            for (int i = 0; i < image.Length; i++)
            {
                image[i] = Share * image[i] + rest * partner[i];
            }

            return;
        }

        for (int row = 0; row < input.Channels * input.Height; row++)
        {
            int y = row % input.Height;
            if (y >= box.Y && y < box.Y + box.Height)
            {
                partner.Slice(row * input.Width + box.X, box.Width).CopyTo(image[(row * input.Width + box.X)..]);
            }
        }
    }

    /// <summary>Chooses a rectangle of about 1 − share of the area, cut off at the edges; the share is then that of the rest.</summary>
    private static BatchMix Cut(Shape input, double share, ref SplitMix64 random)
    {
        double side = Math.Sqrt(1 - share);
        int width = (int)(input.Width * side) / 2, height = (int)(input.Height * side) / 2;
        int x = random.Below(input.Width), y = random.Below(input.Height);
        int left = Math.Max(x - width, 0), top = Math.Max(y - height, 0);
        int right = Math.Min(x + width, input.Width), bottom = Math.Min(y + height, input.Height);
        var box = new Box(left, top, right - left, bottom - top);
        return new(1 - (float)((double)box.Width * box.Height / input.Pixels), box);
    }
}
