using System.Reflection;
using System.Reflection.Emit;
using Simulator.Models.Batching;
using Simulator.Models.Engines;
using Simulator.Models.Routing;
using Simulator.Workloads.Requests;

namespace Simulator.Tests.Models.Batching;

/// <summary>Invariant 5: no policy reads the true output length. Views do not show it, and policies do not go around the views.</summary>
public sealed class PolicyViewTests
{
    private static readonly Type[] Views =
    [
        typeof(SequenceView), typeof(RequestView), typeof(ReplicaView), typeof(BatchComposer), typeof(SchedulerContext), typeof(RouterContext),
        typeof(PrefixHit), typeof(BatchDecision), typeof(IBatchScheduler), typeof(IRouter),
    ];

    private static readonly Type[] Policies =
        [.. typeof(IRouter).Assembly.GetTypes().Where(type => type.IsClass && (type.IsAssignableTo(typeof(IRouter)) || type.IsAssignableTo(typeof(IBatchScheduler))))];

    [TestCaseSource(nameof(Views))]
    public void Invariant5_PublicMembersOfViews_ShowNoRequestAndNoOutputLength(Type view)
    {
        foreach (MemberInfo member in view.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static))
        {
            Assert.That(member.Name, Does.Not.Match("Output|Remaining|Finish|Oracle"), "named after an output length");
            foreach (Type type in TypesIn(member))
            {
                Assert.That(type.Namespace, Is.Not.EqualTo(typeof(Sequence).Namespace).Or.EqualTo(view.Namespace), $"{member} hands out the engine's {type}");
                Assert.That(type.GetProperty(nameof(Request.OutputTokens)), Is.Null, $"{member} hands out {type}");
            }
        }
    }

    [Test]
    public void Invariant5_Policies_AreFound() => Assert.That(
        Policies.Select(type => type.Name),
        Is.SupersetOf(new[] { "VllmV1Scheduler", "VllmV0Scheduler", "SarathiScheduler", "LeastWaiting", "RandomRouter", "RoundRobin", "LeastOutstanding", "LeastPendingTokens", "PowerOfTwoChoices", "SessionAffinity", "PrefixAffinity" }));

    [TestCaseSource(nameof(Policies))]
    public void Invariant5_CodeOfPolicies_UsesNothingBehindTheViews(Type policy)
    {
        Assert.That(ReferencesOf(policy).Where(IsBehindTheViews), Is.Empty);
    }

    [Test]
    public void Invariant5_TheScan_SeesWhatTheEngineReads()
    {
        IEnumerable<string> references = ReferencesOf(typeof(Replica)).Where(IsBehindTheViews).Select(member => member.Name);
        Assert.That(references, Is.SupersetOf(new[] { nameof(Sequence.OutputTokens), $"get_{nameof(Request.OutputTokens)}" }));
    }

    private static bool IsBehindTheViews(MemberInfo member) =>
        member.DeclaringType == typeof(Request) || (member.DeclaringType is { IsPublic: false } type && type.Namespace == typeof(Sequence).Namespace);

    private static IEnumerable<Type> TypesIn(MemberInfo member) => (member switch
    {
        PropertyInfo property => [property.PropertyType],
        FieldInfo field => [field.FieldType],
        MethodInfo method => [method.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType)],
        ConstructorInfo constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType),
        _ => Enumerable.Empty<Type>(),
    }).SelectMany(type => type.GetGenericArguments().Append(type.HasElementType ? type.GetElementType()! : type))
        .Where(type => type.Namespace?.StartsWith("Simulator", StringComparison.Ordinal) == true && !Views.Contains(type));

    /// <summary>All members that the code of a type, nested types included, refers to.</summary>
    private static IEnumerable<MemberInfo> ReferencesOf(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        IEnumerable<MethodBase> methods = [.. type.GetMethods(All), .. type.GetConstructors(All)];
        return methods.SelectMany(ReferencesOf).Concat(type.GetNestedTypes(All).SelectMany(ReferencesOf));
    }

    private static List<MemberInfo> ReferencesOf(MethodBase method)
    {
        List<MemberInfo> found = [];
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (int at = 0; at < code.Length;)
        {
            OpCode operation = code[at] == 0xFE ? TwoByteCodes[code[at + 1]] : OneByteCodes[code[at]];
            at += operation.Size;
            if (operation.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                Type[]? ofMethod = method.IsGenericMethodDefinition ? method.GetGenericArguments() : null;
                found.Add(method.Module.ResolveMember(BitConverter.ToInt32(code, at), method.DeclaringType!.GetGenericArguments(), ofMethod)!);
            }
            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
        return found;
    }

    private static readonly Dictionary<byte, OpCode> OneByteCodes = CodesOfSize(1);

    private static readonly Dictionary<byte, OpCode> TwoByteCodes = CodesOfSize(2);

    private static Dictionary<byte, OpCode> CodesOfSize(int size) => typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).Where(code => code.Size == size)
        .ToDictionary(code => unchecked((byte)code.Value));
}
