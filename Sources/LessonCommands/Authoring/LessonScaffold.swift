/// The files of a new lesson: small, complete, and passing its own checks without a network.
struct LessonScaffold {
    let name: String

    /// Paths below the lesson's folder, with what they hold.
    var files: [(path: String, text: String)] {
        [
            ("slides.md", slides), ("lesson.yml", manifest), ("starter/Dockerfile", starter),
            ("starter/greeting.txt", "Hello, world!\n"), ("solution/Dockerfile", solution),
        ]
    }

    /// Letters, digits, `-`, `_` and `.`, not beginning with a dot.
    static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix(".")
            && name.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0)
            }
    }

    private var slides: String {
        """
        # \(name)

        - What this lesson is about, in a sentence or two

        - Slides are separated by three dashes on a line of their own

        ???

        What follows three question marks is for the speaker: `lesson show --notes`.

        ---

        ## An image with a file in it

        `FROM` names the image to begin with, `COPY` adds files of the folder, `CMD` says what to run:

        ```dockerfile
        FROM busybox:1
        COPY greeting.txt /
        CMD ["cat", "/greeting.txt"]
        ```

        ---

        ## Exercise: say hello

        Write a `Dockerfile` whose image prints the greeting, then check it:

        ```bash
        $ lesson check hello
        ```

        ---

        ## What comes next

        - You have made an image

        """
    }

    private var manifest: String {
        """
        # What makes a lesson of slides.md. `lesson verify` proves that the starter fails and the solution passes.
        title: \(name)

        images:
          - names: [busybox, "busybox:1"]
            make: {busybox: true}

        exercises:
          - id: hello
            title: Say hello
            slide: "Exercise: say hello"
            starter: starter
            solution: solution
            tag: hello
            base: "busybox:1"
            points: 100
            checks:
              - {id: built, kind: builds, points: 40, required: true, gate: true}
              - id: greets
                kind: run
                stdout: "Hello, world!"
                points: 60
                required: true
                needs: [built]
                advice: "`CMD` is what the image runs: let it print the file"
            hints:
              - check: built
                text: "A Dockerfile begins with `FROM`."
              - check: greets
                text: '`CMD ["cat", "/greeting.txt"]` prints a file that `COPY greeting.txt /` has put there.'

        """
    }

    private var starter: String {
        """
        FROM busybox:1
        # Copy greeting.txt, and say what to run.

        """
    }

    private var solution: String {
        """
        FROM busybox:1
        COPY greeting.txt /
        CMD ["cat", "/greeting.txt"]

        """
    }
}
