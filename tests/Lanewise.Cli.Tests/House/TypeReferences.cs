using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Lanewise.Cli.Tests.House;

/// <summary>
/// Collects every type that a type refers to: base type, interfaces, members, attributes, constraints, locals, caught exceptions, the
/// operands of its code, and all generic arguments therein.
/// </summary>
internal sealed class TypeReferences : ISignatureTypeProvider<bool, object?>, ICustomAttributeTypeProvider<string>
{
    private static readonly Dictionary<short, OpCode> OpCodesByValue =
        typeof(OpCodes).GetFields().Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => code.Value);

    private readonly HashSet<ProductType> _found = [];
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly string _assembly;

    private TypeReferences(PEReader file, MetadataReader metadata, string assembly) =>
        (_file, _metadata, _assembly) = (file, metadata, assembly);

    /// <summary>Finds the types that one type definition refers to, without the types nested in it.</summary>
    public static IReadOnlySet<ProductType> Find(PEReader file, MetadataReader metadata, TypeDefinitionHandle type, string assembly)
    {
        var references = new TypeReferences(file, metadata, assembly);
        references.AddType(metadata.GetTypeDefinition(type));
        references.AddAttributes(metadata.GetTypeDefinition(type).GetCustomAttributes());
        return references._found;
    }

    /// <summary>Names a type definition by the outermost type around it.</summary>
    public static ProductType Outermost(MetadataReader metadata, TypeDefinitionHandle handle, string assembly)
    {
        var type = metadata.GetTypeDefinition(handle);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? Outermost(metadata, outer, assembly)
            : new(assembly, FullName(metadata, type.Namespace, type.Name));
    }

    private static string FullName(MetadataReader metadata, StringHandle ns, StringHandle name) =>
        ns.IsNil ? metadata.GetString(name) : $"{metadata.GetString(ns)}.{metadata.GetString(name)}";

    private void AddType(TypeDefinition type)
    {
        Add(type.BaseType);
        foreach (var handle in type.GetInterfaceImplementations())
        {
            var implementation = _metadata.GetInterfaceImplementation(handle);
            Add(implementation.Interface);
            AddAttributes(implementation.GetCustomAttributes());
        }

        foreach (var handle in type.GetMethodImplementations())
        {
            Add(_metadata.GetMethodImplementation(handle).MethodDeclaration);
        }

        AddParameters(type.GetGenericParameters());
        foreach (var handle in type.GetFields())
        {
            var field = _metadata.GetFieldDefinition(handle);
            field.DecodeSignature(this, null);
            AddAttributes(field.GetCustomAttributes());
        }

        foreach (var handle in type.GetProperties())
        {
            var property = _metadata.GetPropertyDefinition(handle);
            property.DecodeSignature(this, null);
            AddAttributes(property.GetCustomAttributes());
        }

        foreach (var handle in type.GetEvents())
        {
            Add(_metadata.GetEventDefinition(handle).Type);
            AddAttributes(_metadata.GetEventDefinition(handle).GetCustomAttributes());
        }

        foreach (var handle in type.GetMethods())
        {
            AddMethod(_metadata.GetMethodDefinition(handle));
        }
    }

    private void AddMethod(MethodDefinition method)
    {
        method.DecodeSignature(this, null);
        AddAttributes(method.GetCustomAttributes());
        AddParameters(method.GetGenericParameters());
        foreach (var parameter in method.GetParameters())
        {
            AddAttributes(_metadata.GetParameter(parameter).GetCustomAttributes());
        }

        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null);
        }

        foreach (var region in body.ExceptionRegions.Where(region => region.Kind == ExceptionRegionKind.Catch))
        {
            Add(region.CatchType);
        }

        AddCode(body.GetILReader());
    }

    private void AddCode(BlobReader code)
    {
        while (code.RemainingBytes > 0)
        {
            short value = code.ReadByte();
            var operation = OpCodesByValue[value == 0xFE ? (short)(0xFE00 | code.ReadByte()) : value];
            switch (operation.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok:
                case OperandType.InlineSig:
                    Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += targets * sizeof(int);
                    break;
                default:
                    code.Offset += SizeOf(operation.OperandType);
                    break;
            }
        }
    }

    private static int SizeOf(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineBrTarget or OperandType.InlineI or OperandType.ShortInlineR or OperandType.InlineString => 4,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => throw new NotSupportedException($"operands of kind {operand}"),
    };

    private void AddParameters(GenericParameterHandleCollection parameters)
    {
        foreach (var parameter in parameters.Select(_metadata.GetGenericParameter))
        {
            AddAttributes(parameter.GetCustomAttributes());
            foreach (var constraint in parameter.GetConstraints())
            {
                Add(_metadata.GetGenericParameterConstraint(constraint).Type);
            }
        }
    }

    private void AddAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes.Select(_metadata.GetCustomAttribute))
        {
            Add(attribute.Constructor);
            // The provider below sees the types among the arguments.
            attribute.DecodeValue(this);
        }
    }

    private void Add(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition when !handle.IsNil:
                _found.Add(Outermost(_metadata, (TypeDefinitionHandle)handle, _assembly));
                break;
            case HandleKind.TypeReference when !handle.IsNil:
                AddReference((TypeReferenceHandle)handle);
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                break;
            case HandleKind.MethodDefinition:
                Add(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Add(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                Add(_metadata.GetMemberReference((MemberReferenceHandle)handle).Parent);
                break;
            case HandleKind.MethodSpecification:
                var specification = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Add(specification.Method);
                specification.DecodeSignature(this, null);
                break;
            case HandleKind.StandaloneSignature:
                _metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle).DecodeMethodSignature(this, null);
                break;
        }
    }

    private void AddReference(TypeReferenceHandle handle)
    {
        var type = _metadata.GetTypeReference(handle);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            AddReference((TypeReferenceHandle)type.ResolutionScope);
        }
        else if (type.ResolutionScope.Kind == HandleKind.AssemblyReference)
        {
            var assembly = _metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope);
            _found.Add(new(_metadata.GetString(assembly.Name), FullName(_metadata, type.Namespace, type.Name)));
        }
    }

    bool ISimpleTypeProvider<bool>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        Add(handle);
        return true;
    }

    bool ISimpleTypeProvider<bool>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        Add(handle);
        return true;
    }

    bool ISignatureTypeProvider<bool, object?>.GetTypeFromSpecification(
        MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind)
    {
        Add(handle);
        return true;
    }

    // Composite types: the decoder has already visited their parts.
    bool ISimpleTypeProvider<bool>.GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

    bool IConstructedTypeProvider<bool>.GetArrayType(bool elementType, ArrayShape shape) => true;

    bool IConstructedTypeProvider<bool>.GetByReferenceType(bool elementType) => true;

    bool IConstructedTypeProvider<bool>.GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => true;

    bool IConstructedTypeProvider<bool>.GetPointerType(bool elementType) => true;

    bool ISZArrayTypeProvider<bool>.GetSZArrayType(bool elementType) => true;

    bool ISignatureTypeProvider<bool, object?>.GetFunctionPointerType(MethodSignature<bool> signature) => true;

    bool ISignatureTypeProvider<bool, object?>.GetGenericMethodParameter(object? genericContext, int index) => true;

    bool ISignatureTypeProvider<bool, object?>.GetGenericTypeParameter(object? genericContext, int index) => true;

    bool ISignatureTypeProvider<bool, object?>.GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;

    bool ISignatureTypeProvider<bool, object?>.GetPinnedType(bool elementType) => true;

    string ISimpleTypeProvider<string>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        Add(handle);
        var type = reader.GetTypeDefinition(handle);
        return FullName(reader, type.Namespace, type.Name);
    }

    string ISimpleTypeProvider<string>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        Add(handle);
        var type = reader.GetTypeReference(handle);
        return FullName(reader, type.Namespace, type.Name);
    }

    /// <summary>Reads the argument of a <c>typeof</c>: <c>Name+Nested</c>, or with <c>, Assembly, …</c> after it.</summary>
    string ICustomAttributeTypeProvider<string>.GetTypeFromSerializedName(string name)
    {
        string[] parts = name.Split(',', StringSplitOptions.TrimEntries);
        _found.Add(new(parts.Length > 1 ? parts[1] : _assembly, parts[0].Split('+', '[')[0]));
        return parts[0];
    }

    PrimitiveTypeCode ICustomAttributeTypeProvider<string>.GetUnderlyingEnumType(string type) =>
        Type.GetType(type) is { IsEnum: true } found
            ? Enum.Parse<PrimitiveTypeCode>(found.GetEnumUnderlyingType().Name)
            : PrimitiveTypeCode.Int32;

    string ICustomAttributeTypeProvider<string>.GetSystemType() => "System.Type";

    bool ICustomAttributeTypeProvider<string>.IsSystemType(string type) => type == "System.Type";

    string ISimpleTypeProvider<string>.GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    string ISZArrayTypeProvider<string>.GetSZArrayType(string elementType) => $"{elementType}[]";
}
