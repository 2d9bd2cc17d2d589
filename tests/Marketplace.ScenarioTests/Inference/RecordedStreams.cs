namespace Marketplace.ScenarioTests.Inference;

/// <summary>What servers send for "Hello world", each with its own habits (<c>Recorded/*.sse</c>).</summary>
internal static class RecordedStreams
{
    /// <summary>vLLM: a role chunk with empty text, nulls written out, usage in a chunk without choices.</summary>
    public static string Vllm { get; } = Read("vllm.sse");

    /// <summary>llama-server: null text beside the role, an empty delta at the end, timings beside the usage.</summary>
    public static string LlamaServer { get; } = Read("llama-server.sse");

    /// <summary>Ollama: the role in every chunk, an empty text with the finish.</summary>
    public static string Ollama { get; } = Read("ollama.sse");

    /// <summary>A proxy in front: comments that keep it alive, no blank after the colon, event names and ids.</summary>
    public static string Proxy { get; } = Read("proxy.sse");

    /// <summary>The lines of an answer with this text, this finish and these counts.</summary>
    public static string Of(string contentJson, string finish = "stop", string prompt = "9", string completion = "3") =>
        $$$"""
        data: {"choices":[{"delta":{"content":{{{contentJson}}}},"finish_reason":null}]}

        data: {"choices":[{"delta":{},"finish_reason":"{{{finish}}}"}]}

        data: {"choices":[],"usage":{"prompt_tokens":{{{prompt}}},"completion_tokens":{{{completion}}} } }

        data: [DONE]


        """;

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(RecordedStreams).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
