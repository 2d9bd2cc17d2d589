using Marketplace.Kernel;

namespace Marketplace.Inference;

/// <summary>One message of a conversation; the role is <c>system</c>, <c>user</c> or <c>assistant</c>.</summary>
public sealed record ChatMessage(string Role, string Content);

/// <summary>What an engine is asked to run.</summary>
/// <param name="TemperatureMilli">Thousandths; 0 is greedy.</param>
/// <param name="TopPMilli">Thousandths; 1,000 is all.</param>
public sealed record InferenceRequest(
    string Model,
    IReadOnlyList<ChatMessage> Messages,
    int MaxTokens,
    int TemperatureMilli,
    int TopPMilli,
    ulong Seed,
    IReadOnlyList<string> Stop);

/// <summary>Why an answer ended.</summary>
public enum FinishReason : byte
{
    Stop = 1,
    Length = 2,
    ToolCalls = 3,
}

/// <summary>An answer.</summary>
/// <param name="TokenIds">Empty when the server gives none.</param>
public sealed record InferenceResult(
    string Text, IReadOnlyList<uint> TokenIds, FinishReason Finish, uint PromptTokens, uint CompletionTokens);

/// <summary>Why an engine does not run a request, in order of precedence. The request itself is at fault.</summary>
public enum InferenceRejection : byte
{
    /// <summary>The engine has no such model.</summary>
    UnknownModel = 1,

    /// <summary>There is no user message, or the limits are out of range.</summary>
    InvalidRequest = 2,

    /// <summary>The prompt leaves no room for an answer in the model's context.</summary>
    PromptTooLong = 3,
}

/// <summary>A model that an engine can run.</summary>
/// <param name="DeterminismClass">Results are compared only within one class.</param>
public sealed record EngineModel(string Model, string DeterminismClass, int ContextTokens);

/// <summary>The engine's server failed: the request may be tried again.</summary>
public sealed class EngineFaultException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Something that runs models.</summary>
public interface IInferenceEngine
{
    Task<IReadOnlyList<EngineModel>> ListModelsAsync(CancellationToken ct);

    /// <param name="onText">Gets the answer in pieces whose concatenation is the result's text.</param>
    /// <exception cref="EngineFaultException">The engine's server failed.</exception>
    Task<Result<InferenceResult, InferenceRejection>> RunAsync(
        InferenceRequest request, Func<string, ValueTask> onText, CancellationToken ct);
}
