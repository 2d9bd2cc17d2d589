using System.Text;

namespace Marketplace.Inference;

/// <summary>An answer as it comes: lines of server-sent events, each a chunk of a chat completion.</summary>
internal sealed class OpenAiStream(int maxTokens)
{
    // Longer than any token of any vocabulary in use: a server that goes beyond it ignores the limit it was given.
    private const int MaxCharactersPerToken = 256;

    private readonly StringBuilder text = new();
    private FinishReason? finish;
    private (uint Prompt, uint Completion)? usage;

    public bool IsDone { get; private set; }

    /// <returns>The line's piece of the answer, often none.</returns>
    /// <exception cref="EngineFaultException">The line is no chunk, or tells of an error.</exception>
    public string Read(string line)
    {
        if (!line.StartsWith("data:", StringComparison.Ordinal))
        {
            return ""; // comments keep the connection alive, blank lines end events
        }

        var data = line["data:".Length..].Trim();
        if (data == "[DONE]")
        {
            IsDone = true;
            return "";
        }

        return ReadChunk(data);
    }

    /// <exception cref="EngineFaultException">The answer is not whole.</exception>
    public InferenceResult End()
    {
        if (!IsDone || finish is not { } reason)
        {
            throw new EngineFaultException("The engine's stream ended early.");
        }

        var (prompt, completion) = usage ?? throw new EngineFaultException(
            "The engine counted no tokens: it has to support stream_options.include_usage.");

        // Nobody pays for more than was ordered, whatever the server counts.
        return new InferenceResult(text.ToString(), [], reason, prompt, Math.Min(completion, (uint)maxTokens));
    }

    private string ReadChunk(string data)
    {
        using var json = EngineJson.Parse(data);
        var chunk = json.RootElement;
        if (chunk.MemberOf("error") is not null)
        {
            throw new EngineFaultException("The engine reported an error in its stream.");
        }

        if (chunk.MemberOf("usage") is { } counts)
        {
            usage = counts.CountOf("prompt_tokens") is { } prompt
                && counts.CountOf("completion_tokens") is { } completion
                ? (prompt, completion)
                : throw new EngineFaultException("The engine's token counts cannot be read.");
        }

        if (chunk.ItemsOf("choices") is not [var choice, ..])
        {
            return ""; // the chunk that brings the usage has no choice
        }

        finish = choice.TextOf("finish_reason") switch
        {
            null => finish,
            "length" => FinishReason.Length,
            "tool_calls" => FinishReason.ToolCalls,
            _ => FinishReason.Stop,
        };
        return Append(choice.MemberOf("delta")?.TextOf("content") ?? "");
    }

    private string Append(string piece)
    {
        text.Append(piece);
        return text.Length <= (long)maxTokens * MaxCharactersPerToken
            ? piece
            : throw new EngineFaultException("The engine's answer is far longer than was ordered.");
    }
}
