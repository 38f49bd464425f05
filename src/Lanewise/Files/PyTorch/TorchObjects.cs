using Lanewise.Pickles;

namespace Lanewise.Files;

/// <summary>The kind of object that a name in a pickle creates.</summary>
internal enum TorchKind
{
    /// <summary>A dictionary, initially empty or with a list of pairs.</summary>
    Dictionary,
    /// <summary>A tensor, from <c>(storage, offset, sizes, strides, …)</c>.</summary>
    Tensor,
    /// <summary>A tensor whose type is the seventh argument; its storage counts bytes.</summary>
    TypedTensor,
    /// <summary>A tensor with attributes of its own: the second argument is its class, the first makes it of the third.</summary>
    Subclass,
    /// <summary>A parameter: the tensor of the first argument.</summary>
    Parameter,
    /// <summary>A tensor's sizes: the first argument.</summary>
    Size,
    /// <summary>The type of a storage's values.</summary>
    Storage,
    /// <summary>The type of a tensor's values.</summary>
    Type,
    /// <summary>An object that is not needed.</summary>
    Other,
}

/// <summary>A known name, as a value in the pickle.</summary>
internal sealed record TorchName(TorchKind Kind, StoredType Type = default) : PickleName;

/// <summary>A storage that tensors are views of, not read yet.</summary>
internal sealed record StorageReference(string Key, StoredType Type, long Count) : IPickleData
{
    public long Bytes => Count * Type.Bytes();
}

/// <summary>
/// The names that make tensors in a weights file. Objects of all others are skipped, and a tensor that needs one of them stays opaque.
/// </summary>
internal sealed class TorchObjects : PickleObjects
{
    private static readonly Dictionary<string, TorchName> Names = new(StringComparer.Ordinal)
    {
        ["collections.OrderedDict"] = new(TorchKind.Dictionary),
        ["collections.defaultdict"] = new(TorchKind.Dictionary),
        ["collections.Counter"] = new(TorchKind.Dictionary),
        ["torch._utils._rebuild_tensor"] = new(TorchKind.Tensor),
        ["torch._utils._rebuild_tensor_v2"] = new(TorchKind.Tensor),
        ["torch._utils._rebuild_tensor_v3"] = new(TorchKind.TypedTensor),
        ["torch._utils._rebuild_parameter"] = new(TorchKind.Parameter),
        ["torch._utils._rebuild_parameter_with_state"] = new(TorchKind.Parameter),
        ["torch.nn.parameter.Parameter"] = new(TorchKind.Parameter),
        ["torch.Size"] = new(TorchKind.Size),
        ["torch.FloatStorage"] = new(TorchKind.Storage, StoredType.F32),
        ["torch.DoubleStorage"] = new(TorchKind.Storage, StoredType.F64),
        ["torch.HalfStorage"] = new(TorchKind.Storage, StoredType.F16),
        ["torch.BFloat16Storage"] = new(TorchKind.Storage, StoredType.BF16),
        ["torch.LongStorage"] = new(TorchKind.Storage, StoredType.I64),
        ["torch.IntStorage"] = new(TorchKind.Storage, StoredType.I32),
        ["torch.ShortStorage"] = new(TorchKind.Storage, StoredType.I16),
        ["torch.CharStorage"] = new(TorchKind.Storage, StoredType.I8),
        ["torch.ByteStorage"] = new(TorchKind.Storage, StoredType.U8),
        ["torch.BoolStorage"] = new(TorchKind.Storage, StoredType.Bool),
        ["torch.UntypedStorage"] = new(TorchKind.Storage, StoredType.U8),
        ["torch.storage.UntypedStorage"] = new(TorchKind.Storage, StoredType.U8),
        ["torch.float32"] = new(TorchKind.Type, StoredType.F32),
        ["torch.float64"] = new(TorchKind.Type, StoredType.F64),
        ["torch.float16"] = new(TorchKind.Type, StoredType.F16),
        ["torch.bfloat16"] = new(TorchKind.Type, StoredType.BF16),
        ["torch.int64"] = new(TorchKind.Type, StoredType.I64),
        ["torch.int32"] = new(TorchKind.Type, StoredType.I32),
        ["torch.int16"] = new(TorchKind.Type, StoredType.I16),
        ["torch.int8"] = new(TorchKind.Type, StoredType.I8),
        ["torch.uint64"] = new(TorchKind.Type, StoredType.U64),
        ["torch.uint32"] = new(TorchKind.Type, StoredType.U32),
        ["torch.uint16"] = new(TorchKind.Type, StoredType.U16),
        ["torch.uint8"] = new(TorchKind.Type, StoredType.U8),
        ["torch.bool"] = new(TorchKind.Type, StoredType.Bool),
        ["torch._tensor._rebuild_from_type_v2"] = new(TorchKind.Subclass),
        ["torch.Tensor"] = new(TorchKind.Other),
        ["torch.device"] = new(TorchKind.Other),
        // Parts of NumPy's arrays and scalars, which are skipped under their own names.
        ["numpy.dtype"] = new(TorchKind.Other),
        ["_codecs.encode"] = new(TorchKind.Other),
    };

    private static readonly string[] PlainModules = ["builtins.", "__builtin__."];

    private static readonly string[] PlainTypes =
        ["set", "frozenset", "dict", "list", "tuple", "bytes", "bytearray", "complex", "slice", "range", "object"];


    private readonly Dictionary<string, StorageReference> _storages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PickleOpaque> _unknownStorages = new(StringComparer.Ordinal);

    /// <summary>The storages that the pickle refers to, by key.</summary>
    public IReadOnlyDictionary<string, StorageReference> Storages => _storages;

    /// <summary>The storages of types that are not read, by key.</summary>
    public IReadOnlyDictionary<string, PickleOpaque> UnknownStorages => _unknownStorages;

    /// <inheritdoc/>
    public override PickleName? Find(string name) => Names.GetValueOrDefault(name)
        ?? (IsPlain(name) ? new TorchName(TorchKind.Other) : null);

    /// <inheritdoc/>
    public override object? Make(PickleName name, IReadOnlyList<object?> arguments) => Make((TorchName)name, arguments);

    /// <summary>Returns the object; a state is not needed.</summary>
    public override object? Build(object? made, object? state) => (made, state) switch
    {
        // An OrderedDict's versions.
        (PickleDictionary, _) => made,
        // Before PyTorch 0.4: requires_grad, volatile, hooks.
        (TensorReference, PickleList { Items: [bool, bool, not TensorReference and not StorageReference] }) => made,
        _ => throw new RefusedFileException("its pickle gives a state to an object that has none"),
    };

    /// <summary>Returns the storage of a persistent id, <c>("storage", type, key, location, count[, view])</c>.</summary>
    public override object? Load(object? id)
    {
        if (id is PickleList { Items: ["module", var type, ..] })
        {
            // The legacy format describes a class with its source text, which is not needed.
            return type;
        }
        if (id is PickleList { Items: ["storage", PickleOpaque unknown, string own, ..] })
        {
            return _unknownStorages[own] = new PickleOpaque(unknown.Type) { HoldsData = true };
        }
        var storage = Storage(id);
        return _storages.TryAdd(storage.Key, storage) || _storages[storage.Key] == storage
            ? storage
            : throw new RefusedFileException($"its pickle describes the storage {Excerpt.Of(storage.Key)} in two ways");
    }

    private static object? Make(TorchName name, IReadOnlyList<object?> arguments) => name.Kind switch
    {
        TorchKind.Dictionary => Dictionary(arguments),
        TorchKind.Tensor or TorchKind.TypedTensor or TorchKind.Parameter or TorchKind.Subclass
            when Unknown(name.Kind, arguments) is { } unknown => unknown,
        TorchKind.Tensor
            when arguments is [StorageReference storage, long and >= 0 and var offset, PickleList sizes, PickleList strides, ..] =>
            new TensorReference(storage, storage.Type, offset, Numbers(sizes), Numbers(strides)),
        TorchKind.TypedTensor
            when arguments is [StorageReference storage, long and >= 0 and var offset, PickleList sizes, PickleList strides, _, _, ..]
                && arguments is [_, _, _, _, _, _, TorchName { Kind: TorchKind.Type, Type: var dtype }, ..] =>
            new TensorReference(storage, dtype, offset, Numbers(sizes), Numbers(strides)),
        TorchKind.Parameter when arguments is [TensorReference tensor, ..] => tensor,
        TorchKind.Subclass
            when arguments is [TorchName { Kind: TorchKind.Tensor or TorchKind.TypedTensor } inner, TorchName, PickleList own, ..] =>
            Make(inner, own.Items),
        TorchKind.Size when arguments is [PickleList sizes] => sizes,
        TorchKind.Other => PickleOther.Instance,
        _ => throw new RefusedFileException($"its pickle describes a {name.Kind} that is malformed"),
    };

    private static bool IsPlain(string name) =>
        PlainModules.Any(module => name.StartsWith(module, StringComparison.Ordinal) && PlainTypes.Contains(name[module.Length..]));

    /// <summary>Returns a tensor as an object of the unknown class that it depends on; null if it depends on none.</summary>
    private static PickleOpaque? Unknown(TorchKind kind, IReadOnlyList<object?> arguments)
    {
        // Only what makes the tensor: its hooks, and a parameter's attributes, may be anything.
        int needed = kind switch { TorchKind.Parameter => 1, TorchKind.Tensor => 4, TorchKind.Subclass => 3, _ => 7 };
        var own = arguments.Take(needed).SelectMany(argument => argument is PickleList list ? list.Items.Append(list) : [argument]);
        return own.OfType<PickleOpaque>().FirstOrDefault() is { } unknown ? new PickleOpaque(unknown.Type) { HoldsData = true } : null;
    }

    private static StorageReference Storage(object? id)
    {
        if (id is not PickleList { Items: ["storage", TorchName { Kind: TorchKind.Storage } type, string key, _, _, ..] and var parts }
            || parts[4] is not (long and >= 0 and <= int.MaxValue and var count))
        {
            throw new RefusedFileException("its pickle describes a storage that is malformed or larger than 2,147,483,647 values");
        }
        return parts.Count == 5 || parts[5] is null
            ? new(key, type.Type, count)
            : throw new RefusedFileException("one of its storages is a view of another", PyTorchFile.SaveStateDict);
    }

    private static PickleDictionary Dictionary(IReadOnlyList<object?> arguments)
    {
        var dictionary = new PickleDictionary();
        // Python 2 passes an OrderedDict's items as a list of pairs.
        foreach (object? pair in (arguments is [PickleList pairs] ? pairs : new PickleList()).Items)
        {
            if (pair is not PickleList { Items: [var key, var value] })
            {
                throw new RefusedFileException("its pickle describes a dictionary that is malformed");
            }
            dictionary.Add(key, value);
        }
        return dictionary;
    }

    private static long[] Numbers(PickleList list) =>
        list.Items.Count <= TensorReference.MaxDimensions && list.Items.All(item => item is long and >= 0)
        ? [.. list.Items.Select(item => (long)item!)]
        : throw new RefusedFileException(
            $"a tensor's sizes or strides are not at most {TensorReference.MaxDimensions} non-negative integers");
}
