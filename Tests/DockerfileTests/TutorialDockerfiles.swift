/// Dockerfiles of three multi-stage tutorials, as people copy them.
let tutorialDockerfiles = [
    #"""
    # Stage 1: build
    FROM node:22-alpine AS build
    WORKDIR /app

    # Install dependencies
    COPY package*.json ./
    RUN npm ci

    # Copy source and build
    COPY . .
    RUN npm run build

    # Stage 2: runtime
    FROM nginx:1.25-alpine

    # Copy built assets from build stage
    COPY --from=build /app/dist /usr/share/nginx/html

    EXPOSE 80
    CMD ["nginx","-g","daemon off;"]
    """#,
    #"""
    # Stage 1: build
    FROM eclipse-temurin:21-jdk-alpine AS build
    WORKDIR /app

    # Dependencies
    COPY pom.xml .
    RUN mvn -q -B dependency:go-offline

    # Source and build
    COPY src ./src
    RUN mvn -q -B package -DskipTests

    # Stage 2: runtime
    FROM eclipse-temurin:21-jre-alpine

    WORKDIR /app
    COPY --from=build /app/target/app.jar app.jar

    EXPOSE 8080
    CMD ["java","-jar","app.jar"]
    """#,
    #"""
    # Stage 1: build
    FROM golang:1.23-alpine AS build
    WORKDIR /app

    COPY go.mod go.sum ./
    RUN go mod download

    COPY . .
    RUN CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -o app

    # Stage 2: runtime (scratch)
    FROM scratch

    # Copy binary and (optionally) CA certs if needed
    COPY --from=build /app/app /app/app

    # Typically set a working dir and maybe certs or config
    WORKDIR /app

    ENTRYPOINT ["/app/app"]
    """#,
    #"""
    # Stage 1: build
    FROM maven:3.9-eclipse-temurin-21 AS build
    WORKDIR /app
    COPY . .
    RUN mvn -q -B package -DskipTests

    # Stage 2: runtime
    FROM eclipse-temurin:21-jre-alpine
    WORKDIR /app
    COPY --from=build /app/target/app.jar app.jar
    EXPOSE 8080
    CMD ["java","-jar","app.jar"]
    """#,
    #"""
    FROM golang:1.22 AS builder
    WORKDIR /src
    COPY go.* ./
    RUN go mod download
    COPY . .
    RUN CGO_ENABLED=0 go build -o /out/app .
    FROM gcr.io/distroless/static:nonroot
    COPY --from=builder /out/app /app
    USER nonroot
    ENTRYPOINT ["/app"]
    """#,
    #"""
    FROM node:20-alpine AS deps
    WORKDIR /app
    COPY package*.json ./
    RUN npm ci --omit=dev
    FROM node:20-alpine AS build
    WORKDIR /app
    COPY --from=deps /app/node_modules ./node_modules
    COPY . .
    RUN npm run build
    FROM node:20-alpine
    WORKDIR /app
    ENV NODE_ENV=production
    COPY --from=build /app/dist ./dist
    COPY --from=deps /app/node_modules ./node_modules
    COPY package.json ./
    USER node
    CMD ["node", "dist/server.js"]
    """#,
    #"""
    FROM eclipse-temurin:21-jdk AS build
    WORKDIR /src
    COPY . .
    RUN ./mvnw -DskipTests package
    FROM eclipse-temurin:21-jre
    COPY --from=build /src/target/*.jar /app.jar
    ENTRYPOINT ["java", "-jar", "/app.jar"]
    """#,
    #"""
    FROM python:3.12-slim AS build
    WORKDIR /app
    COPY requirements.txt .
    RUN pip install --user --no-cache-dir -r requirements.txt
    FROM python:3.12-slim
    WORKDIR /app
    COPY --from=build /root/.local /root/.local
    COPY . .
    ENV PATH=/root/.local/bin:$PATH
    CMD ["python", "app.py"]
    """#,
    #"""
    FROM node:22-slim AS base

    # Optimization: Re-install dependencies only when
    # package.json or package-lock.json files change.
    FROM base AS deps
    WORKDIR /app

    COPY package*.json ./
    RUN npm ci

    # Run tests right in the container reusing the installed dependencies.
    FROM deps AS test
    WORKDIR /app

    RUN npm run test

    # Build stage
    FROM base AS build
    WORKDIR /app

    # IMPORTANT: Add node_modules to your .dockerignore file
    # to avoid overwriting the node_modules from the deps stage.
    COPY --from=deps /app/node_modules ./node_modules
    COPY . .
    RUN npm run build

    # Production dependencies
    FROM base AS production-deps
    WORKDIR /app

    COPY --from=deps /app/node_modules ./node_modules
    COPY package.json .
    RUN npm prune --production

    # Runtime stage
    FROM base AS runtime
    WORKDIR /app

    COPY --from=build --chown=node:node /app/build build/
    COPY --from=production-deps --chown=node:node /app/node_modules node_modules/

    ENV NODE_ENV=production
    ENV PORT=3000

    EXPOSE 3000
    USER node:node

    CMD ["node", "build"]
    """#,
    #"""
    # Build stage
    FROM rust:1.67 AS build

    WORKDIR /usr/src/app

    COPY . .
    RUN cargo install --path .

    # Runtime stage
    FROM debian:bullseye-slim

    RUN apt-get update && \
        apt-get install -y extra-runtime-dependencies && \
        rm -rf /var/lib/apt/lists/*

    COPY --from=build /usr/local/cargo/bin/app /usr/local/bin/app

    CMD ["myapp"]
    """#,
    #"""
    # Base stage (reused by test and dev stages)
    FROM eclipse-temurin:21-jdk-jammy AS base

    WORKDIR /build

    COPY --chmod=0755 mvnw mvnw
    COPY .mvn/ .mvn/

    # Test stage
    FROM base AS test

    WORKDIR /build

    COPY ./src src/
    RUN --mount=type=bind,source=pom.xml,target=pom.xml \
        --mount=type=cache,target=/root/.m2 \
        ./mvnw test

    # Intermediate stage
    FROM base AS deps

    WORKDIR /build

    RUN --mount=type=bind,source=pom.xml,target=pom.xml \
        --mount=type=cache,target=/root/.m2 \
        ./mvnw dependency:go-offline -DskipTests

    # Intermediate stage
    FROM deps AS package

    WORKDIR /build

    COPY ./src src/
    RUN --mount=type=bind,source=pom.xml,target=pom.xml \
        --mount=type=cache,target=/root/.m2 \
        ./mvnw package -DskipTests && \
        mv target/$(./mvnw help:evaluate -Dexpression=project.artifactId -q -DforceStdout)-$(./mvnw help:evaluate -Dexpression=project.version -q -DforceStdout).jar target/app.jar

    # Build stage
    FROM package AS extract

    WORKDIR /build

    RUN java -Djarmode=layertools -jar target/app.jar extract --destination target/extracted

    # Development stage
    FROM extract AS development

    WORKDIR /build

    RUN cp -r /build/target/extracted/dependencies/. ./
    RUN cp -r /build/target/extracted/spring-boot-loader/. ./
    RUN cp -r /build/target/extracted/snapshot-dependencies/. ./
    RUN cp -r /build/target/extracted/application/. ./

    ENV JAVA_TOOL_OPTIONS="-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:8000"

    CMD [ "java", "-Dspring.profiles.active=postgres", "org.springframework.boot.loader.launch.JarLauncher" ]

    # Runtime stage
    FROM eclipse-temurin:21-jre-jammy AS runtime

    ARG UID=10001

    RUN adduser \
        --disabled-password \
        --gecos "" \
        --home "/nonexistent" \
        --shell "/sbin/nologin" \
        --no-create-home \
        --uid "${UID}" \
        appuser

    USER appuser

    COPY --from=extract build/target/extracted/dependencies/ ./
    COPY --from=extract build/target/extracted/spring-boot-loader/ ./
    COPY --from=extract build/target/extracted/snapshot-dependencies/ ./
    COPY --from=extract build/target/extracted/application/ ./

    EXPOSE 8080
    ENTRYPOINT [ "java", "-Dspring.profiles.active=postgres", "org.springframework.boot.loader.launch.JarLauncher" ]
    """#,
    #"""
    FROM composer:lts AS deps

    WORKDIR /app

    COPY composer.json composer.lock ./

    RUN --mount=type=cache,target=/tmp/cache \
        composer install --no-dev --no-interaction


    # Runtime stage
    FROM php:8-apache AS runtime

    RUN docker-php-ext-install pdo pdo_mysql
    RUN mv "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"

    COPY ./src /var/www/html
    COPY --from=deps /app/vendor/ /var/www/html/vendor

    USER www-data
    """#,
]
