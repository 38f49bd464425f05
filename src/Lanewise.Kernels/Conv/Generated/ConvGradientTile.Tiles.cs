// Generated from ConvGradientTile.template, which is the file to change; see README.md.
using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

internal static unsafe partial class ConvGradientTile<L, V, G>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Six(GradientFrame* f, TapGroup* taps, float* dy, float* to)
    {
        G q0 = default, q1 = default, q2 = default, q3 = default, q4 = default, q5 = default;
        float* x0 = f->Input + taps->Input[0], x1 = f->Input + taps->Input[1], x2 = f->Input + taps->Input[2],
            x3 = f->Input + taps->Input[3], x4 = f->Input + taps->Input[4], x5 = f->Input + taps->Input[5];
        int end = Math.Min(taps->Rows, f->EndRow - taps->FirstRow);
        for (int p = Math.Max(0, f->FirstRow - taps->FirstRow); p < end; p++)
        {
            float* row = dy + p * f->GradientPitch;
            nint x = p * f->InputPitch;
            for (float* last = row + taps->RowLength; row < last; row += L.Width, x += f->InputStep)
            {
                var g = G.Load(row, f->GradientPlane);
                q0.Fma(L.Load(x0 + x), g);
                q1.Fma(L.Load(x1 + x), g);
                q2.Fma(L.Load(x2 + x), g);
                q3.Fma(L.Load(x3 + x), g);
                q4.Fma(L.Load(x4 + x), g);
                q5.Fma(L.Load(x5 + x), g);
            }
        }

        q0.AddSums(to + taps->Weight[0], f->Half);
        q1.AddSums(to + taps->Weight[1], f->Half);
        q2.AddSums(to + taps->Weight[2], f->Half);
        q3.AddSums(to + taps->Weight[3], f->Half);
        q4.AddSums(to + taps->Weight[4], f->Half);
        q5.AddSums(to + taps->Weight[5], f->Half);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Five(GradientFrame* f, TapGroup* taps, float* dy, float* to)
    {
        G q0 = default, q1 = default, q2 = default, q3 = default, q4 = default;
        float* x0 = f->Input + taps->Input[0], x1 = f->Input + taps->Input[1], x2 = f->Input + taps->Input[2],
            x3 = f->Input + taps->Input[3], x4 = f->Input + taps->Input[4];
        int end = Math.Min(taps->Rows, f->EndRow - taps->FirstRow);
        for (int p = Math.Max(0, f->FirstRow - taps->FirstRow); p < end; p++)
        {
            float* row = dy + p * f->GradientPitch;
            nint x = p * f->InputPitch;
            for (float* last = row + taps->RowLength; row < last; row += L.Width, x += f->InputStep)
            {
                var g = G.Load(row, f->GradientPlane);
                q0.Fma(L.Load(x0 + x), g);
                q1.Fma(L.Load(x1 + x), g);
                q2.Fma(L.Load(x2 + x), g);
                q3.Fma(L.Load(x3 + x), g);
                q4.Fma(L.Load(x4 + x), g);
            }
        }

        q0.AddSums(to + taps->Weight[0], f->Half);
        q1.AddSums(to + taps->Weight[1], f->Half);
        q2.AddSums(to + taps->Weight[2], f->Half);
        q3.AddSums(to + taps->Weight[3], f->Half);
        q4.AddSums(to + taps->Weight[4], f->Half);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Four(GradientFrame* f, TapGroup* taps, float* dy, float* to)
    {
        G q0 = default, q1 = default, q2 = default, q3 = default;
        float* x0 = f->Input + taps->Input[0], x1 = f->Input + taps->Input[1], x2 = f->Input + taps->Input[2],
            x3 = f->Input + taps->Input[3];
        int end = Math.Min(taps->Rows, f->EndRow - taps->FirstRow);
        for (int p = Math.Max(0, f->FirstRow - taps->FirstRow); p < end; p++)
        {
            float* row = dy + p * f->GradientPitch;
            nint x = p * f->InputPitch;
            for (float* last = row + taps->RowLength; row < last; row += L.Width, x += f->InputStep)
            {
                var g = G.Load(row, f->GradientPlane);
                q0.Fma(L.Load(x0 + x), g);
                q1.Fma(L.Load(x1 + x), g);
                q2.Fma(L.Load(x2 + x), g);
                q3.Fma(L.Load(x3 + x), g);
            }
        }

        q0.AddSums(to + taps->Weight[0], f->Half);
        q1.AddSums(to + taps->Weight[1], f->Half);
        q2.AddSums(to + taps->Weight[2], f->Half);
        q3.AddSums(to + taps->Weight[3], f->Half);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Three(GradientFrame* f, TapGroup* taps, float* dy, float* to)
    {
        G q0 = default, q1 = default, q2 = default;
        float* x0 = f->Input + taps->Input[0], x1 = f->Input + taps->Input[1], x2 = f->Input + taps->Input[2];
        int end = Math.Min(taps->Rows, f->EndRow - taps->FirstRow);
        for (int p = Math.Max(0, f->FirstRow - taps->FirstRow); p < end; p++)
        {
            float* row = dy + p * f->GradientPitch;
            nint x = p * f->InputPitch;
            for (float* last = row + taps->RowLength; row < last; row += L.Width, x += f->InputStep)
            {
                var g = G.Load(row, f->GradientPlane);
                q0.Fma(L.Load(x0 + x), g);
                q1.Fma(L.Load(x1 + x), g);
                q2.Fma(L.Load(x2 + x), g);
            }
        }

        q0.AddSums(to + taps->Weight[0], f->Half);
        q1.AddSums(to + taps->Weight[1], f->Half);
        q2.AddSums(to + taps->Weight[2], f->Half);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Two(GradientFrame* f, TapGroup* taps, float* dy, float* to)
    {
        G q0 = default, q1 = default;
        float* x0 = f->Input + taps->Input[0], x1 = f->Input + taps->Input[1];
        int end = Math.Min(taps->Rows, f->EndRow - taps->FirstRow);
        for (int p = Math.Max(0, f->FirstRow - taps->FirstRow); p < end; p++)
        {
            float* row = dy + p * f->GradientPitch;
            nint x = p * f->InputPitch;
            for (float* last = row + taps->RowLength; row < last; row += L.Width, x += f->InputStep)
            {
                var g = G.Load(row, f->GradientPlane);
                q0.Fma(L.Load(x0 + x), g);
                q1.Fma(L.Load(x1 + x), g);
            }
        }

        q0.AddSums(to + taps->Weight[0], f->Half);
        q1.AddSums(to + taps->Weight[1], f->Half);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void One(GradientFrame* f, TapGroup* taps, float* dy, float* to)
    {
        G q0 = default;
        float* x0 = f->Input + taps->Input[0];
        int end = Math.Min(taps->Rows, f->EndRow - taps->FirstRow);
        for (int p = Math.Max(0, f->FirstRow - taps->FirstRow); p < end; p++)
        {
            float* row = dy + p * f->GradientPitch;
            nint x = p * f->InputPitch;
            for (float* last = row + taps->RowLength; row < last; row += L.Width, x += f->InputStep)
            {
                var g = G.Load(row, f->GradientPlane);
                q0.Fma(L.Load(x0 + x), g);
            }
        }

        q0.AddSums(to + taps->Weight[0], f->Half);
    }
}
