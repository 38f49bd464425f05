namespace Lanewise.Pickles;

/// <summary>
/// Reads the data that a pickle describes (protocols 2 to 5) without calling anything: names in it are looked up in a short list of
/// known objects, whose entries are data here; what any other name would make is skipped as a <see cref="PickleOpaque"/>.
/// </summary>
/// <param name="input">The pickle's bytes.</param>
/// <param name="objects">The names that are known.</param>
internal sealed class PickleReader(PickleInput input, PickleObjects objects)
{
    private const int MaxProtocol = 5;
    private const int MaxMarks = 200;
    private const int MemoCost = 64;
    private const int ValueCost = 32;

    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<uint, object?> _memo = [];
    private readonly PickleCalls _calls = new(input, objects);

    /// <summary>The names of the unknown classes whose objects were skipped, in the order of the file; at most 64.</summary>
    public IReadOnlyList<string> SkippedTypes => _calls.SkippedTypes;

    /// <summary>Reads one pickle to its end.</summary>
    /// <exception cref="RefusedFileException">The pickle is damaged, too large, or asks for anything but data.</exception>
    public object? Read()
    {
        _stack.Clear();
        _marks.Clear();
        _memo.Clear();
        while (true)
        {
            byte opcode = input.ReadByte();
            input.Spend(PickleInput.StepCost);
            if (opcode == (byte)'.')
            {
                return Pop();
            }
            if (PickleScalars.TryRead(opcode, input, out object? value))
            {
                Push(value);
            }
            else if (!Frame(opcode) && !Memo(opcode) && !Containers(opcode) && !Objects(opcode))
            {
                throw new RefusedFileException($"its pickle has the opcode 0x{opcode:X2}, which no such file needs", remedy: null);
            }
        }
    }

    private bool Frame(byte opcode)
    {
        switch (opcode)
        {
            case 0x80:
                int protocol = input.ReadByte();
                return protocol <= MaxProtocol
                    ? true
                    : throw new RefusedFileException($"its pickle has protocol {protocol}; protocols up to {MaxProtocol} are supported");
            case 0x95:
                input.Skip(sizeof(long));
                return true;
            case (byte)'(':
                _marks.Push(_stack.Count);
                return _marks.Count <= MaxMarks ? true : throw new RefusedFileException("its values are nested too deep", remedy: null);
            case (byte)'0':
                Pop();
                return true;
            case (byte)'1':
                PopToMark();
                return true;
            case (byte)'2':
                Push(Peek());
                return true;
            default:
                return false;
        }
    }

    private bool Memo(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'q':
                Remember(input.ReadByte());
                return true;
            case (byte)'r':
                Remember((uint)input.ReadInt32());
                return true;
            case 0x94:
                Remember((uint)_memo.Count);
                return true;
            case (byte)'h':
                Recall(input.ReadByte());
                return true;
            case (byte)'j':
                Recall((uint)input.ReadInt32());
                return true;
            default:
                return false;
        }
    }

    private bool Containers(byte opcode)
    {
        switch (opcode)
        {
            case (byte)']' or (byte)')':
                Push(ListOf([]));
                return true;
            case (byte)'t':
                Push(ListOf(PopToMark()));
                return true;
            case >= 0x85 and <= 0x87:
                Push(ListOf(Pop(opcode - 0x84)));
                return true;
            case (byte)'a':
                Append(Pop(1));
                return true;
            case (byte)'e':
                Append(PopToMark());
                return true;
            case (byte)'}':
                Push(new PickleDictionary(), PickleContainer.Cost);
                return true;
            case (byte)'s':
                SetItems(Pop(2));
                return true;
            case (byte)'u':
                SetItems(PopToMark());
                return true;
            case 0x8F:
                Push(PickleOther.Instance);
                return true;
            case 0x90:
                PopToMark();
                return true;
            case 0x91:
                PopToMark();
                Push(PickleOther.Instance);
                return true;
            default:
                return false;
        }
    }

    private bool Objects(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'c':
                Push(_calls.Find(input.ReadLine(), input.ReadLine()));
                return true;
            case 0x93:
                object?[] names = Pop(2);
                Push(names is [string module, string name] ? _calls.Find(module, name) : throw Malformed());
                return true;
            case (byte)'R' or 0x81:
                Push(_calls.Make(Pop(2)), PickleContainer.Cost);
                return true;
            case 0x92:
                object?[] withKeywords = Pop(3);
                object? made = _calls.Make(withKeywords.AsSpan(0, 2));
                PickleOpaque.Absorb(made, withKeywords[2]);
                Push(made, PickleContainer.Cost);
                return true;
            case (byte)'b':
                object?[] build = Pop(2);
                _stack.Add(PickleOpaque.Absorb(build[0], build[1]) ? build[0] : objects.Build(build[0], build[1]));
                return true;
            case (byte)'Q':
                Push(objects.Load(Pop()), PickleContainer.Cost);
                return true;
            default:
                return false;
        }
    }

    private void Remember(uint index)
    {
        input.Spend(MemoCost);
        _memo[index] = Peek();
    }

    private void Recall(uint index) => _stack.Add(_memo.TryGetValue(index, out object? value)
        ? value
        : throw new RefusedFileException($"its pickle refers to memo entry {index:N0}, which it does not have"));

    private PickleList ListOf(ReadOnlySpan<object?> items)
    {
        input.Spend(PickleContainer.Cost);
        var list = new PickleList();
        Add(list, items);
        return list;
    }

    private void Append(ReadOnlySpan<object?> items)
    {
        if (!PickleOpaque.Absorb(Peek(), items))
        {
            Add(Peek() as PickleList ?? throw Malformed(), items);
        }
    }

    private void Add(PickleList list, ReadOnlySpan<object?> items)
    {
        input.Spend(PickleContainer.ItemCost * (long)items.Length);
        foreach (object? item in items)
        {
            list.Add(item);
        }
    }

    private void SetItems(ReadOnlySpan<object?> items)
    {
        if (PickleOpaque.Absorb(Peek(), items))
        {
            return;
        }
        if (Peek() is not PickleDictionary dictionary || items.Length % 2 != 0)
        {
            throw Malformed();
        }
        input.Spend(PickleContainer.ItemCost * (long)items.Length);
        for (int i = 0; i < items.Length; i += 2)
        {
            dictionary.Add(items[i], items[i + 1]);
        }
    }

    private void Push(object? value, int cost = ValueCost)
    {
        input.Spend(cost);
        _stack.Add(value);
    }

    private object? Peek() => _stack.Count > Floor ? _stack[^1] : throw Malformed();

    private object? Pop() => Pop(1)[0];

    private object?[] Pop(int count) => _stack.Count - Floor >= count ? Take(_stack.Count - count) : throw Malformed();

    private object?[] PopToMark() => _marks.TryPop(out int mark) ? Take(mark) : throw Malformed();

    // Values below a mark cannot be popped before the mark.
    private int Floor => _marks.TryPeek(out int mark) ? mark : 0;

    private object?[] Take(int from)
    {
        object?[] items = [.. _stack.GetRange(from, _stack.Count - from)];
        _stack.RemoveRange(from, _stack.Count - from);
        return items;
    }

    private static RefusedFileException Malformed() => new("its pickle is malformed");
}
