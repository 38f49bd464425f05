using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

// The functions and their derivatives; where a function is not differentiable, the derivative is PyTorch's choice.
internal static unsafe partial class Activation<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>A function of one value and its derivative.</summary>
    private interface IFunction
    {
        V Value(V x);

        V Slope(V x);
    }

    private readonly struct LeakyReLU(ActivationFormula formula) : IFunction
    {
        private readonly V _slope = L.Create(formula.A);
        private readonly V _one = L.Create(1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value(V x) => L.IfGreater(x, L.Zero, x, L.Multiply(_slope, x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope(V x) => L.IfGreater(x, L.Zero, _one, _slope);
    }

    private readonly struct Hardtanh(ActivationFormula formula) : IFunction
    {
        private readonly V _min = L.Create(formula.A);
        private readonly V _max = L.Create(formula.B);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value(V x) => Min(_max, L.Max(_min, x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope(V x) => Between(_min, x, _max, L.Create(1));
    }

    private readonly struct Sigmoid : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value(V x) => Logistic(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope(V x)
        {
            V y = Logistic(x);
            return L.Multiply(y, L.Subtract(L.Create(1), y));
        }
    }

    private readonly struct Hardsigmoid(ActivationFormula formula) : IFunction
    {
        private readonly V _alpha = L.Create(formula.A);
        private readonly V _beta = L.Create(formula.B);
        private readonly V _one = L.Create(1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value(V x) => L.Max(L.Zero, Min(_one, L.Fma(_alpha, x, _beta)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope(V x) => Between(L.Zero, L.Fma(_alpha, x, _beta), _one, _alpha);
    }

    private readonly struct Hardswish : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value(V x)
        {
            V gate = Min(L.Create(6), L.Max(L.Zero, L.Add(x, L.Create(3))));
            return L.Multiply(L.Multiply(x, gate), L.Create(1 / 6f));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope(V x)
        {
            V line = L.Fma(x, L.Create(1 / 3f), L.Create(0.5f));
            return L.IfGreater(x, L.Create(-3), L.IfGreater(L.Create(3), x, line, L.Create(1)), L.Zero);
        }
    }

    private readonly struct SiLU : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value(V x) => L.Multiply(x, Logistic(x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope(V x)
        {
            V one = L.Create(1), gate = Logistic(x);
            return L.Multiply(gate, L.Fma(x, L.Subtract(one, gate), one));
        }
    }

    private readonly struct Rescaling(ActivationFormula formula) : IFunction
    {
        private readonly V _scale = L.Create(formula.A);
        private readonly V _offset = L.Create(formula.B);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value(V x) => L.Fma(_scale, x, _offset);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Slope(V x) => _scale;
    }
}
