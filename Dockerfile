# shop-server as an image: the program, the libraries it needs and nothing else, not even a shell.
#   docker build --pull -t shop-server:0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" .
# What the builder does is done by scripts that run without a container engine; script/image/check holds this file and
# compose.yaml to account.

FROM debian:bookworm AS builder
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates
WORKDIR /shop
# A layer of its own: it changes with what is needed, not with every source. `--no-cache` takes newer libraries.
COPY script/setup script/setup
RUN script/setup
COPY . .
RUN script/image/build /image && mkdir /state

# The libraries are those of Debian 12, collected with their licences; /var/lib/dpkg/status.d names their versions to scanners.
FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="shop-server" \
      org.opencontainers.image.description="The commerce core over HTTP: orders, products, inventory, notifications" \
      org.opencontainers.image.licenses="BSL-1.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=builder /image/ /
# A named volume mounted here takes over the owner; without one nothing is written, the root may be read-only. The folder
# must be new to this stage: one that is there keeps its owner.
COPY --from=builder --chown=10001:10001 /state /var/lib/shop
USER 10001:10001
WORKDIR /var/lib/shop
# Other machines reach these, so `serve` refuses to start without SHOP_KEYS or the settings of tokens.
ENV SHOP_LISTEN=0.0.0.0:8080 \
    SHOP_ADMIN_LISTEN=0.0.0.0:8081
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["/usr/bin/shop-server", "probe", "http://127.0.0.1:8081/readyz"]
ENTRYPOINT ["/usr/bin/shop-server"]
CMD ["serve", "all"]
